// A file of the operating system behind the File contract.

#ifndef LINEDB_WAL_POSIX_FILE_H_
#define LINEDB_WAL_POSIX_FILE_H_

#include <memory>
#include <string>

#include "wal/file_system.h"

namespace linedb::wal {

// Closes a descriptor at its end. Nothing here relies on what close() reports: every byte that
// matters was synced before, and that was checked.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  int number() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

std::unique_ptr<File> NewPosixFile(Descriptor descriptor, std::string path);

}  // namespace linedb::wal

#endif  // LINEDB_WAL_POSIX_FILE_H_
