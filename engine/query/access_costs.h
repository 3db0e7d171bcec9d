// What the ways to a table's records cost, for choosing among them.

#ifndef LINEDB_ENGINE_QUERY_ACCESS_COSTS_H_
#define LINEDB_ENGINE_QUERY_ACCESS_COSTS_H_

namespace linedb::engine {

// Measured on lines of about 130 bytes; only their proportions count.
inline constexpr double kScanNanoseconds = 100;    // a record of a scan
inline constexpr double kColumnNanoseconds = 25;   // a record of columns in memory
inline constexpr double kEntryNanoseconds = 400;   // an entry of an index, and its record
inline constexpr double kRangeNanoseconds = 2000;  // a range, however short
inline constexpr double kKeyNanoseconds = 700;     // a lookup by key
inline constexpr double kSortNanoseconds = 30;     // a comparison of a sort, and what goes with it
inline constexpr double kMatchesEach = 10;         // records of a value that is not known yet

}  // namespace linedb::engine

#endif  // LINEDB_ENGINE_QUERY_ACCESS_COSTS_H_
