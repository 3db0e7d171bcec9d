#include "tools/dbtool/ui/server.h"

#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <map>
#include <string>
#include <thread>
#include <utility>

#include "httplib.h"

namespace linedb::dbtool {
namespace {

constexpr char kAddress[] = "127.0.0.1";
// Each open connection takes a thread, and a page that waits for news holds one.
constexpr std::size_t kThreads = 48;
constexpr std::size_t kRequestsPerConnection = 1000;

HttpRequest RequestOf(const httplib::Request& request) {
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : request.params) values.emplace(name, value);
  // Of two Host headers neither is believed.
  const bool one_host = request.get_header_value_count("Host") == 1;
  return {request.method, request.path, one_host ? request.get_header_value("Host") : "",
          Parameters(std::move(values))};
}

class HttpServer : public Server {
 public:
  explicit HttpServer(Site& site) {
    for (const auto& [name, value] : Site::Headers()) headers_.emplace(name, value);
    server_.set_default_headers(headers_);
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_keep_alive_timeout(1);
    server_.set_keep_alive_max_count(kRequestsPerConnection);
    server_.set_payload_max_length(0);
    server_.set_tcp_nodelay(true);
    // cpp-httplib's own would share the port with a server that has it already.
    server_.set_socket_options([](int socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server_.set_pre_routing_handler(
        [&site](const httplib::Request& request, httplib::Response& response) {
          HttpResponse answer = site.Answer(RequestOf(request));
          response.status = answer.status;
          response.set_content(answer.body, answer.type);
          return httplib::Server::HandlerResponse::Handled;
        });
  }

  // The port; 0 if it cannot be had.
  int Bind(int port) {
    if (port == 0) return std::max(server_.bind_to_any_port(kAddress), 0);
    return server_.bind_to_port(kAddress, port) ? port : 0;
  }
  void Run() override {
    server_.listen_after_bind();
    ended_ = true;
  }
  // cpp-httplib's own passes over a server that does not run yet, and that would run for ever.
  void Stop() override {
    while (!server_.is_running() && !ended_) std::this_thread::yield();
    server_.stop();
  }

 private:
  std::atomic<bool> ended_ = false;
  httplib::Headers headers_;
  httplib::Server server_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Listen(Site& site, int port) {
  auto server = std::make_unique<HttpServer>(site);
  errno = 0;
  const int bound = server->Bind(port);
  if (bound == 0) {
    const std::string reason = errno == 0 ? "" : std::string(": ") + std::strerror(errno);
    return absl::InvalidArgumentError("127.0.0.1:" + std::to_string(port) +
                                      " cannot be listened at" + reason);
  }
  site.SetPort(bound);
  return server;
}

}  // namespace linedb::dbtool
