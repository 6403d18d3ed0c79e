// CPU of the sending thread per small send to 1000 loopback sockets, 100 rounds a second: send(), io_uring; bbr, cubic, reno.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
enum { N = 1000, LEN = 317 };
static int fds[N]; static char data[LEN];
static double now(clockid_t c) { struct timespec t; clock_gettime(c, &t); return t.tv_sec * 1e9 + t.tv_nsec; }
static int ring_fd; static unsigned *sq_tail, *sq_mask, *sq_array, *cq_head, *cq_tail; static struct io_uring_sqe *sqes; static unsigned entries;
static void ring(unsigned n, int fixed) {
  struct io_uring_params p; memset(&p, 0, sizeof p);
  p.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
  ring_fd = syscall(SYS_io_uring_setup, n, &p); if (ring_fd < 0) { perror("setup"); exit(1); }
  entries = p.sq_entries;
  char *s = mmap(0, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_fd, IORING_OFF_SQ_RING);
  char *c = mmap(0, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_fd, IORING_OFF_CQ_RING);
  sqes = mmap(0, p.sq_entries * sizeof(struct io_uring_sqe), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring_fd, IORING_OFF_SQES);
  sq_tail = (unsigned *)(s + p.sq_off.tail); sq_mask = (unsigned *)(s + p.sq_off.ring_mask); sq_array = (unsigned *)(s + p.sq_off.array);
  cq_head = (unsigned *)(c + p.cq_off.head); cq_tail = (unsigned *)(c + p.cq_off.tail);
  if (fixed && syscall(SYS_io_uring_register, ring_fd, IORING_REGISTER_FILES, fds, N) < 0) perror("register");
}
static void by_ring(int fixed) {
  for (int i = 0; i < N;) {
    unsigned t = *sq_tail, k = 0;
    for (; k < entries && i < N; k++, i++, t++) {
      struct io_uring_sqe *e = &sqes[t & *sq_mask]; memset(e, 0, sizeof *e);
      e->opcode = IORING_OP_SEND; e->fd = fixed ? i : fds[i]; e->flags = fixed ? IOSQE_FIXED_FILE : 0; e->addr = (unsigned long)data; e->len = LEN; e->msg_flags = MSG_NOSIGNAL;
      sq_array[t & *sq_mask] = t & *sq_mask;
    }
    __atomic_store_n(sq_tail, t, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, ring_fd, k, k, IORING_ENTER_GETEVENTS, 0, 0) < 0) perror("enter");
    __atomic_store_n(cq_head, __atomic_load_n(cq_tail, __ATOMIC_ACQUIRE), __ATOMIC_RELEASE);
  }
}
static void by_send(void) { for (int i = 0; i < N; i++) if (send(fds[i], data, LEN, MSG_NOSIGNAL) != LEN) perror("send"); }
int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 100, reps = argc > 2 ? atoi(argv[2]) : 3;
  int l = socket(AF_INET, SOCK_STREAM, 0); struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}; socklen_t z = sizeof a;
  bind(l, (void *)&a, z); listen(l, 4096); getsockname(l, (void *)&a, &z);
  pid_t child = fork();
  if (!child) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int ep = epoll_create1(0); static char b[65536];
    for (int i = 0; i < N; i++) { int f = socket(AF_INET, SOCK_STREAM, 0); if (connect(f, (void *)&a, z)) { perror("connect"); exit(1); } struct epoll_event e = {.events = EPOLLIN, .data.fd = f}; epoll_ctl(ep, EPOLL_CTL_ADD, f, &e); }
    for (;;) { struct epoll_event r[256]; int n = epoll_wait(ep, r, 256, -1); for (int i = 0; i < n; i++) if (read(r[i].data.fd, b, sizeof b) <= 0) exit(0); }
  }
  for (int i = 0; i < N; i++) { fds[i] = accept(l, 0, 0); int on = 1; setsockopt(fds[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); }
  memset(data, 'x', LEN); ring(1024, 1);
  const char *cc[] = {"bbr", "cubic", "reno"}; const char *mode[] = {"send", "uring", "uring-fixed"};
  for (int rep = 0; rep < reps; rep++)
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < N; i++) if (setsockopt(fds[i], IPPROTO_TCP, TCP_CONGESTION, cc[c], strlen(cc[c]))) { perror("cc"); break; }
      for (int m = 0; m < 3; m++) {
        double due = now(CLOCK_MONOTONIC) + 1e7, cpu = 0;
        for (int r = 0; r < rounds + 20; r++) {
          struct timespec t = {(time_t)(due / 1e9), (long)(due - (double)(time_t)(due / 1e9) * 1e9)};
          clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, 0); due += 1e7;
          double b = now(CLOCK_THREAD_CPUTIME_ID);
          if (m == 0) by_send(); else by_ring(m == 2);
          if (r >= 20) cpu += now(CLOCK_THREAD_CPUTIME_ID) - b;
        }
        printf("%d %-6s %-12s %.0f ns/send\n", rep, cc[c], mode[m], cpu / rounds / N); fflush(stdout);
      }
    }
  kill(child, SIGKILL); return 0;
}
