// The record shop Chinook: its eleven tables with all keys and references, and a few records of
// each, made up, for where the whole of it (shared/data/chinook) is not at hand.

#ifndef LINEDB_TESTS_REFERENCES_CHINOOK_H_
#define LINEDB_TESTS_REFERENCES_CHINOOK_H_

#include <map>
#include <string>
#include <vector>

#include "linedb/table_schema.h"
#include "tests/references/linked_tables.h"

namespace linedb::testing {

// `"Name": {"type":"str"}`, several of them.
inline std::string Texts(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    absl::StrAppend(&text, ",\"", name, "\":{\"type\":\"str\"}");
  }
  return text;
}
inline std::string Number(const std::string& name, const std::string& type = "int") {
  return absl::StrCat(",\"", name, "\":{\"type\":\"", type, "\"}");
}
inline std::string Key(const std::string& name) {
  return absl::StrCat("\"", name, "\":{\"type\":\"int\",\"primary_key\":true}");
}
inline std::string To(const std::string& column, const std::string& table,
                      const std::string& more = "") {
  return absl::StrCat(",\"", column, "\":{\"type\":\"int\",\"nullable\":true,\"references\":{",
                      "\"table\":\"", table, "\"", more, "}}");
}

// In an order in which each table can be made and filled.
inline std::vector<TableSchema> ChinookSchemas() {
  return {
      SchemaOf("Artist", Key("ArtistId") + Texts({"Name"})),
      SchemaOf("Genre", Key("GenreId") + Texts({"Name"})),
      SchemaOf("MediaType", Key("MediaTypeId") + Texts({"Name"})),
      SchemaOf("Album", Key("AlbumId") + Texts({"Title"}) + To("ArtistId", "Artist")),
      SchemaOf("Track", Key("TrackId") + Texts({"Name"}) + To("AlbumId", "Album") +
                            To("MediaTypeId", "MediaType") + To("GenreId", "Genre") +
                            Texts({"Composer"}) + Number("Milliseconds") + Number("Bytes") +
                            Number("UnitPrice", "float")),
      SchemaOf("Playlist", Key("PlaylistId") + Texts({"Name"})),
      SchemaOf(
          "PlaylistTrack",
          R"("PlaylistId":{"type":"int","primary_key":true,"references":{"table":"Playlist"}},)"
          R"("TrackId":{"type":"int","primary_key":true,"references":{"table":"Track"}})"),
      SchemaOf("Employee", Key("EmployeeId") + Texts({"LastName", "FirstName", "Title"}) +
                               To("ReportsTo", "Employee", R"(,"key":["EmployeeId"])") +
                               Texts({"BirthDate", "HireDate", "Address", "City", "State",
                                      "Country", "PostalCode", "Phone", "Fax", "Email"})),
      SchemaOf("Customer", Key("CustomerId") +
                               Texts({"FirstName", "LastName", "Company", "Address", "City",
                                      "State", "Country", "PostalCode", "Phone", "Fax", "Email"}) +
                               To("SupportRepId", "Employee")),
      SchemaOf("Invoice", Key("InvoiceId") + To("CustomerId", "Customer") +
                              Texts({"InvoiceDate", "BillingAddress", "BillingCity", "BillingState",
                                     "BillingCountry", "BillingPostalCode"}) +
                              Number("Total", "float")),
      SchemaOf("InvoiceLine", Key("InvoiceLineId") + To("InvoiceId", "Invoice") +
                                  To("TrackId", "Track") + Number("UnitPrice", "float") +
                                  Number("Quantity")),
  };
}

// The numbers of each record, in the order of the table's int columns; every text is "x".
inline const std::map<std::string, std::vector<std::vector<std::string>>>& ChinookSample() {
  static const auto* const sample =
      new std::map<std::string, std::vector<std::vector<std::string>>>{
          {"Artist", {{"1"}, {"2"}, {"3"}}},
          {"Genre", {{"1"}, {"2"}}},
          {"MediaType", {{"1"}}},
          {"Album", {{"1", "1"}, {"2", "2"}, {"3", "2"}}},
          {"Track",
           {{"1", "1", "1", "1", "9", "9"},
            {"2", "2", "1", "null", "9", "9"},
            {"3", "3", "1", "2", "9", "9"}}},
          {"Playlist", {{"1"}, {"2"}}},
          {"PlaylistTrack", {{"1", "1"}, {"1", "2"}, {"2", "3"}}},
          {"Employee", {{"2", "1"}, {"1", "null"}, {"3", "2"}}},
          {"Customer", {{"1", "3"}, {"2", "2"}}},
          {"Invoice", {{"1", "1"}, {"2", "1"}, {"3", "2"}}},
          {"InvoiceLine", {{"1", "1", "1", "2"}, {"2", "2", "3", "1"}}},
      };
  return *sample;
}

// The records as JSON Lines.
inline std::string ChinookSampleOf(const TableSchema& schema) {
  std::string text;
  for (const std::vector<std::string>& numbers : ChinookSample().at(schema.table_name)) {
    std::string record;
    std::size_t next = 0;
    for (const ColumnSchema& column : schema.columns) {
      const std::string value = column.type == Type::kInt     ? numbers.at(next++)
                                : column.type == Type::kFloat ? "0.99"
                                                              : "\"x\"";
      absl::StrAppend(&record, record.empty() ? "" : ",", "\"", column.name, "\":", value);
    }
    absl::StrAppend(&text, "{", record, "}\n");
  }
  return text;
}

}  // namespace linedb::testing

#endif  // LINEDB_TESTS_REFERENCES_CHINOOK_H_
