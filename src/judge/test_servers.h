// For tests: a well-behaved endpoint on this machine, and one that does what a test says with every connection.
#pragma once

#include <arpa/inet.h>
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/json.h"

namespace ov {

class ChatServer {
 public:
  using Answer = std::function<void(const httplib::Request&, httplib::Response&)>;

  explicit ChatServer(Answer answer) {
    server_.Post("/v1/chat/completions", [this, answer](const httplib::Request& request, httplib::Response& response) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      answer(request, response);
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~ChatServer() {
    server_.stop();
    thread_.join();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  std::vector<httplib::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  Json body(std::size_t index) const { return parse_json(requests().at(index).body, "request"); }

  // An answer with this text.
  static void say(httplib::Response& response, const std::string& text) {
    const Json reply = {{"choices", Json::array({{{"message", {{"role", "assistant"}, {"content", text}}}}})},
                        {"usage", {{"prompt_tokens", 100}, {"completion_tokens", 7}}}};
    response.set_content(dump_json(reply), "application/json");
  }
  static Answer always(const std::string& text) {
    return [text](const httplib::Request&, httplib::Response& response) { say(response, text); };
  }

 private:
  httplib::Server server_;
  int port_ = 0;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::vector<httplib::Request> requests_;
};

// Calls `serve` with each connection, one at a time, once the request's head is there; then closes it.
class RawServer {
 public:
  explicit RawServer(std::function<void(int)> serve) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve] {
      for (int connection; (connection = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(connection)) {
        char head[4096];
        if (::recv(connection, head, sizeof head, 0) > 0) serve(connection);
      }
    });
  }
  ~RawServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/v1"; }
  bool stopping() const { return stopping_; }
  // False when the other side has gone.
  static bool put(int connection, const std::string& text) {
    return ::send(connection, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }

 private:
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace ov
