// A stream buffer over a file descriptor that remembers why it failed, and that a signal ends.

#ifndef LINEDB_TOOLS_DBTOOL_FD_STREAM_H_
#define LINEDB_TOOLS_DBTOOL_FD_STREAM_H_

#include <atomic>
#include <streambuf>
#include <vector>

namespace linedb::dbtool {

// Reads or writes, not both. Does not close the descriptor. The standard streams cannot be used for
// this: they go on reading after Ctrl-C, and forget errno.
class FdBuffer : public std::streambuf {
 public:
  enum class Use { kRead, kWrite };

  FdBuffer(int fd, Use use);
  ~FdBuffer() override;

  // The errno of the first failed call; 0 while all is well. Any thread.
  int error() const { return error_; }

 protected:
  int_type underflow() override;
  // Large pieces go straight to where they are wanted.
  std::streamsize xsgetn(char* target, std::streamsize count) override;
  int_type overflow(int_type byte) override;
  int sync() override;

 private:
  bool WriteOut();
  // Until a read would not wait; false if an interrupt comes before.
  bool WaitForInput();
  // Up to `size` bytes; 0 at the end and after an error.
  std::size_t ReadSome(char* target, std::size_t size);

  int fd_;
  Use use_;
  std::atomic<int> error_ = 0;
  std::vector<char> bytes_;
};

}  // namespace linedb::dbtool

#endif  // LINEDB_TOOLS_DBTOOL_FD_STREAM_H_
