// Copyright 2026 octo_ros contributors
// SPDX-License-Identifier: Apache-2.0
// Preloaded into a process, it moves the system's clock for that process by the nanoseconds that
// stand in the file that CLOCK_OFFSET names, as they stand there at that moment. The steady clock
// is left alone, as when an administrator or NTP sets the time. Deadlines by the system's clock,
// which the kernel knows nothing moved of, are moved back: a wait takes what it was asked to.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t second = 1000000000;
static volatile int64_t nothing = 0;
static volatile int64_t *offset = &nothing;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
  real_clock_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  const char *path = getenv("CLOCK_OFFSET");
  int file = path ? open(path, O_RDONLY) : -1;
  if (file < 0) return;
  void *shared = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) offset = shared;
  close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (!real_clock_gettime) begin();
  int status = real_clock_gettime(clock, now);
  if (status || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return status;
  int64_t moved = now->tv_sec * second + now->tv_nsec + *offset;
  now->tv_sec = moved / second;
  now->tv_nsec = moved % second;
  return 0;
}

// No steady clock is as far: it began when the machine did.
static const time_t system_clock_only = 1000000000;

static struct timespec kernels(const struct timespec *deadline) {
  if (deadline->tv_sec < system_clock_only) return *deadline;
  int64_t moved = deadline->tv_sec * second + deadline->tv_nsec - *offset;
  struct timespec result = {.tv_sec = moved / second, .tv_nsec = moved % second};
  return result;
}

typedef int (*cond_wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
typedef int (*mutex_wait)(pthread_mutex_t *, const struct timespec *);
typedef int (*semaphore_wait)(sem_t *, const struct timespec *);

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict deadline) {
  struct timespec until = kernels(deadline);
  return ((cond_wait)dlsym(RTLD_NEXT, "pthread_cond_timedwait"))(condition, mutex, &until);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex,
                            const struct timespec *restrict deadline) {
  struct timespec until = kernels(deadline);
  return ((mutex_wait)dlsym(RTLD_NEXT, "pthread_mutex_timedlock"))(mutex, &until);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
  struct timespec until = kernels(deadline);
  return ((semaphore_wait)dlsym(RTLD_NEXT, "sem_timedwait"))(semaphore, &until);
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  (void)zone;
  struct timespec fine;
  int status = clock_gettime(CLOCK_REALTIME, &fine);
  now->tv_sec = fine.tv_sec;
  now->tv_usec = fine.tv_nsec / 1000;
  return status;
}

time_t time(time_t *now) {
  struct timespec fine;
  clock_gettime(CLOCK_REALTIME, &fine);
  if (now) *now = fine.tv_sec;
  return fine.tv_sec;
}
