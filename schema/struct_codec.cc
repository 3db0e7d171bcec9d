#include "linedb/struct_codec.h"

#include "absl/strings/str_cat.h"

namespace linedb::schema {

absl::Status FieldFault(std::string_view table, std::string_view column, Fault fault) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(table), ".", std::string(column), ": ", fault));
}

absl::Status LineTooLong(std::string_view table, std::size_t bytes) {
  return absl::InvalidArgumentError(absl::StrCat(std::string(table), ": a line of ", bytes,
                                                 " bytes, at most ", kLineBytesMax,
                                                 " are allowed"));
}

}  // namespace linedb::schema
