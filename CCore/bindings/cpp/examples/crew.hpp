/** Threads of the host's own, as it has them anyway: they know nothing of the server. */
#ifndef EXAMPLES_CREW_HPP
#define EXAMPLES_CREW_HPP

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

class Crew {
public:
  Crew() = default;
  Crew(const Crew &) = delete;
  Crew &operator=(const Crew &) = delete;
  /** Returns when no work is under way. */
  ~Crew() {
    std::unique_lock<std::mutex> lock(mutex_);
    is_idle_.wait(lock, [this] { return running_ == 0; });
  }

  /** Calls `work` once, on a thread of its own. */
  template <class Work> void run(Work work) {
    count(1);
    try {
      std::thread([this, work = std::move(work)]() mutable {
        work_off(std::move(work));
        count(-1);
      }).detach();
    } catch (...) {
      count(-1);
      throw;
    }
  }

private:
  /* What the work held is gone before it counts as done. */
  template <class Work> static void work_off(Work work) { work(); }

  void count(int change) {
    std::lock_guard<std::mutex> lock(mutex_);
    running_ += change;
    if (running_ == 0) is_idle_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable is_idle_;
  int running_ = 0;
};

#endif
