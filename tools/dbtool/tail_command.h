// tail: the change feed as lines on stdout.

#ifndef LINEDB_TOOLS_DBTOOL_TAIL_COMMAND_H_
#define LINEDB_TOOLS_DBTOOL_TAIL_COMMAND_H_

#include <cstdint>
#include <optional>
#include <string>

#include "tools/dbtool/context.h"

namespace linedb::dbtool {

struct TailOptions {
  std::string directory;
  std::optional<std::uint64_t> from;
  std::string after;
  bool follow = false;
  bool durable = false;
};

int Tail(Context& context, const TailOptions& options);

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_TAIL_COMMAND_H_
