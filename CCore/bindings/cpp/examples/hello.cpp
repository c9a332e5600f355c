/* The whole life of a server, by itself. */
#include <martlet.hpp>

#include <csignal>
#include <cstdio>
#include <pthread.h>

/* The library leaves signals to the host. Blocked before the server's threads exist, they are so in
 * each of them, and wait for sigwait. */
static sigset_t blocked_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int main() try {
  const sigset_t signals = blocked_signals();
  martlet::Server server;
  server.get("/hello", [](martlet::Request &, martlet::Response &response) {
    response.body_borrow("Hello, World!");
  });
  server.listen_tcp("127.0.0.1", 0);
  server.start();
  std::printf("%u\n", unsigned{server.port()});
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  server.drain();
  server.wait();
} catch (const martlet::Error &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
