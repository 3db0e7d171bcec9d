#include "tools/dbtool/fd_stream.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <iterator>

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

bool FdBuffer::WaitForInput() {
  pollfd waited[] = {{fd_, POLLIN, 0}, {InterruptedDescriptor(), POLLIN, 0}};
  while (::poll(waited, std::size(waited), -1) < 0) {
    // Whatever else keeps poll from working, read may do.
    if (errno != EINTR) return true;
  }
  return waited[0].revents != 0;
}

std::size_t FdBuffer::ReadSome(char* target, std::size_t size) {
  while (error_ == 0) {
    if (!WaitForInput()) {
      error_ = EINTR;
      break;
    }
    const ssize_t count = ::read(fd_, target, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR || Interrupted()) error_ = errno;
  }
  return 0;
}

FdBuffer::int_type FdBuffer::underflow() {
  const std::size_t count = ReadSome(bytes_.data(), bytes_.size());
  if (count == 0) return traits_type::eof();
  setg(bytes_.data(), bytes_.data(), bytes_.data() + count);
  return traits_type::to_int_type(bytes_[0]);
}

std::streamsize FdBuffer::xsgetn(char* target, std::streamsize count) {
  std::streamsize done = 0;
  while (done < count) {
    const std::streamsize left = count - done;
    if (const std::streamsize buffered = egptr() - gptr(); buffered > 0) {
      const std::streamsize taken = std::min(buffered, left);
      std::memcpy(target + done, gptr(), static_cast<std::size_t>(taken));
      gbump(static_cast<int>(taken));
      done += taken;
    } else if (static_cast<std::size_t>(left) >= bytes_.size()) {
      const std::size_t read = ReadSome(target + done, static_cast<std::size_t>(left));
      if (read == 0) break;
      done += static_cast<std::streamsize>(read);
    } else if (traits_type::eq_int_type(underflow(), traits_type::eof())) {
      break;
    }
  }
  return done;
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
