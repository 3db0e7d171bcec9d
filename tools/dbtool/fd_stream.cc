#include "tools/dbtool/fd_stream.h"

#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "tools/dbtool/process.h"

namespace linedb::dbtool {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 16;

}  // namespace

FdBuffer::FdBuffer(int fd, Use use) : fd_(fd), use_(use), bytes_(kBufferBytes) {
  if (use == Use::kWrite) setp(bytes_.data(), bytes_.data() + bytes_.size());
}

FdBuffer::~FdBuffer() {
  if (use_ == Use::kWrite) WriteOut();
}

FdBuffer::int_type FdBuffer::underflow() {
  if (error_ != 0) return traits_type::eof();
  for (;;) {
    const ssize_t count = ::read(fd_, bytes_.data(), bytes_.size());
    if (count > 0) {
      setg(bytes_.data(), bytes_.data(), bytes_.data() + count);
      return traits_type::to_int_type(bytes_[0]);
    }
    if (count == 0) return traits_type::eof();
    if (errno == EINTR && !Interrupted()) continue;
    error_ = errno;
    return traits_type::eof();
  }
}

FdBuffer::int_type FdBuffer::overflow(int_type byte) {
  if (!WriteOut()) return traits_type::eof();
  if (!traits_type::eq_int_type(byte, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(byte);
    pbump(1);
  }
  return traits_type::not_eof(byte);
}

int FdBuffer::sync() { return use_ == Use::kRead || WriteOut() ? 0 : -1; }

bool FdBuffer::WriteOut() {
  const char* at = pbase();
  while (at < pptr() && error_ == 0) {
    const ssize_t count = ::write(fd_, at, static_cast<std::size_t>(pptr() - at));
    if (count >= 0) {
      at += count;
    } else if (errno != EINTR || Interrupted()) {
      error_ = errno;
    }
  }
  setp(bytes_.data(), bytes_.data() + bytes_.size());
  return error_ == 0;
}

}  // namespace linedb::dbtool
