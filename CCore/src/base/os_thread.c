#define _GNU_SOURCE /* affinity, thread names */

#include "os.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <sched.h>

/* The kernel refuses a set smaller than its own; this one holds 8192 CPUs. */
enum { CPU_SETS = 8, CPUS = CPU_SETS * CPU_SETSIZE };

/** Fills `allowed` with the calling thread's CPUs and returns how many they are, 0 on failure. */
static uint32_t get_allowed(cpu_set_t allowed[CPU_SETS]) {
  size_t size = CPU_SETS * sizeof(cpu_set_t);
  memset(allowed, 0, size);
  if (sched_getaffinity(0, size, allowed) < 0) return 0;
  return (uint32_t)CPU_COUNT_S(size, allowed);
}

bool mt__os_pin_thread(uint32_t index) {
  cpu_set_t allowed[CPU_SETS];
  uint32_t count = get_allowed(allowed);
  if (count == 0) return false;
  uint32_t skip = index % count;
  size_t cpu = 0;
  while (cpu < CPUS && !(CPU_ISSET_S(cpu, sizeof allowed, allowed) && skip-- == 0)) cpu++;
  if (cpu == CPUS) return false;
  CPU_ZERO_S(sizeof allowed, allowed);
  CPU_SET_S(cpu, sizeof allowed, allowed);
  return pthread_setaffinity_np(pthread_self(), sizeof allowed, allowed) == 0;
}

#else

bool mt__os_pin_thread(uint32_t index) {
  (void)index;
  return false;
}

#endif

uint32_t mt__os_cpu_count(void) {
#ifdef __linux__
  cpu_set_t allowed[CPU_SETS];
  uint32_t count = get_allowed(allowed);
  if (count) return count;
#endif
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (uint32_t)online : 1;
}

#if defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__DragonFly__)
#include <pthread_np.h>
#endif

void mt__os_name_thread(const char *name) {
  char cut[16]; /* Linux refuses a longer one */
  size_t size = strlen(name);
  if (size >= sizeof cut) size = sizeof cut - 1;
  memcpy(cut, name, size);
  cut[size] = 0;
#if defined(__APPLE__)
  pthread_setname_np(cut);
#elif defined(__linux__)
  pthread_setname_np(pthread_self(), cut);
#elif defined(__NetBSD__)
  pthread_setname_np(pthread_self(), "%s", cut);
#elif defined(__FreeBSD__) || defined(__OpenBSD__) || defined(__DragonFly__)
  pthread_set_name_np(pthread_self(), cut);
#endif
}

static struct timespec time_span(uint32_t ms) {
  return (struct timespec){(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
}

#ifdef __APPLE__

bool mt__os_condition_init(pthread_cond_t *condition) {
  return pthread_cond_init(condition, NULL) == 0;
}

static bool wait_for(pthread_cond_t *condition, pthread_mutex_t *mutex, struct timespec span) {
  return pthread_cond_timedwait_relative_np(condition, mutex, &span) == 0;
}

#else

bool mt__os_condition_init(pthread_cond_t *condition) {
  pthread_condattr_t attributes;
  if (pthread_condattr_init(&attributes) != 0) return false;
  bool is_made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                 pthread_cond_init(condition, &attributes) == 0;
  pthread_condattr_destroy(&attributes);
  return is_made;
}

static bool wait_for(pthread_cond_t *condition, pthread_mutex_t *mutex, struct timespec span) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += span.tv_sec;
  until.tv_nsec += span.tv_nsec;
  if (until.tv_nsec >= 1000000000) {
    until.tv_nsec -= 1000000000;
    until.tv_sec++;
  }
  return pthread_cond_timedwait(condition, mutex, &until) == 0;
}

#endif

bool mt__os_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, uint32_t timeout_ms) {
  if (timeout_ms == UINT32_MAX) return pthread_cond_wait(condition, mutex) == 0;
  return wait_for(condition, mutex, time_span(timeout_ms));
}
