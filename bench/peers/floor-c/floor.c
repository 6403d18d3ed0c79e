// The floor in C: what the machine allows, with nothing of an event server in it. It counts published events without
// looking at them, keeps none, and writes as many frames of the right length to every stream, one blocking send after
// another in a plain loop on one thread. It does what FloorServer.java does, without a JVM.
//
// usage: floor-c        listens on a free port of the loopback address, prints it, serves until it is killed.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENT_LENGTH = 200, CHUNK_MAX = 256 * 1024, READ_MAX = 256 * 1024, HEAD_MAX = 16 * 1024, FDS_MAX = 65536 };

struct publisher {
  char head[HEAD_MAX];
  size_t head_length;
  size_t body_remaining;
  size_t lines;
};

static const char STREAM_HEAD[] =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
    "Cache-Control: no-store, no-transform\r\nTransfer-Encoding: chunked\r\n\r\n";
static const char MADE[] = ",\"event\":{\"id\":\"0190a6de-7a9b-7c3e-8f10-2b4c6d8e0f12\",\"ts\":1763631234567890,";

static int streams[FDS_MAX];
static int stream_count;
static struct publisher *publishers[FDS_MAX];
static char frame_rest[1024];
static int frame_rest_length;
static long last_sequence;
static char chunk[CHUNK_MAX];
static char buffer[READ_MAX];
static char answers[CHUNK_MAX];
static size_t answers_length;

static int send_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return -1;
    bytes += sent;
    length -= (size_t)sent;
  }
  return 0;
}

static void to_every_stream(size_t end) {
  char digits[9];
  snprintf(digits, sizeof digits, "%06zx\r\n", end - 8);
  memcpy(chunk, digits, 8);
  memcpy(chunk + end, "\r\n", 2);
  for (int i = 0; i < stream_count; i++) {
    if (send_all(streams[i], chunk, end + 2) < 0) {
      close(streams[i]);
      streams[i--] = streams[--stream_count];
    }
  }
}

static void publish(size_t count) {
  long from = last_sequence + 1;
  last_sequence += (long)count;
  if (stream_count == 0) return;
  size_t position = 8;
  for (long sequence = from; sequence <= last_sequence; sequence++) {
    if (position + (size_t)frame_rest_length + 64 > CHUNK_MAX) {
      to_every_stream(position);
      position = 8;
    }
    position += (size_t)sprintf(chunk + position, "id: %ld\ndata: {\"seq\":%ld", sequence, sequence);
    memcpy(chunk + position, frame_rest, (size_t)frame_rest_length);
    position += (size_t)frame_rest_length;
  }
  to_every_stream(position);
}

static size_t content_length(const char *head) {
  const char *found = strcasestr(head, "content-length:");
  return found == NULL ? 0 : strtoul(found + 15, NULL, 10);
}

static void answer(const struct publisher *from) {
  if (answers_length + 256 > sizeof answers) abort();
  if (from->lines == 0) {
    answers_length +=
        (size_t)sprintf(answers + answers_length, "HTTP/1.1 204 No Content\r\nWeft-Seq: 1000000\r\n\r\n");
    return;
  }
  char body[64];
  int length = sprintf(body, "{\"accepted\":%zu}", from->lines);
  answers_length += (size_t)sprintf(
      answers + answers_length, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", length, body);
}

// Events in what was read: lines, or one per request without any.
static size_t requests(struct publisher *from, const char *bytes, size_t length) {
  size_t events = 0, position = 0;
  while (position < length) {
    if (from->body_remaining == 0) {
      char next = bytes[position++];
      if (from->head_length + 1 == HEAD_MAX) abort();
      from->head[from->head_length++] = next;
      if (next == '\n' && from->head_length >= 4 && from->head[from->head_length - 3] == '\n') {
        from->head[from->head_length] = 0;
        from->body_remaining = content_length(from->head);
        from->head_length = 0;
        from->lines = 0;
      }
      continue;
    }
    size_t run = length - position < from->body_remaining ? length - position : from->body_remaining;
    size_t lines = 0;
    const char *at = bytes + position, *end = at + run;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
      lines++;
      at++;
    }
    position += run;
    from->body_remaining -= run;
    from->lines += lines;
    events += lines;
    if (from->body_remaining == 0) {
      if (from->lines == 0) events++;
      answer(from);
    }
  }
  return events;
}

static int publishes(int fd, size_t length) {
  answers_length = 0;
  size_t events = requests(publishers[fd], buffer, length);
  if (events > 0) publish(events);
  return send_all(fd, answers, answers_length);
}

static void hang_up(int fd) {
  free(publishers[fd]);
  publishers[fd] = NULL;
  close(fd);
}

static void accept_one(int listener, int epoll) {
  int fd = accept(listener, NULL, NULL);
  if (fd < 0) return;
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ssize_t length = fd < FDS_MAX ? read(fd, buffer, sizeof buffer) : 0; // the client writes at once
  if (length > 0 && buffer[0] == 'G') {
    send_all(fd, STREAM_HEAD, sizeof STREAM_HEAD - 1);
    streams[stream_count++] = fd;
  } else if (length > 0) {
    publishers[fd] = calloc(1, sizeof(struct publisher));
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &wanted);
    if (publishers[fd] == NULL || publishes(fd, (size_t)length) < 0) hang_up(fd);
  } else {
    close(fd);
  }
}

static void make_frame(void) {
  char event[EVENT_LENGTH + 1];
  const char *start = "{\"type\":\"bench.tick\",\"category\":\"telemetry\",\"subject\":\"host/bench\",\"data\":"
                      "{\"n\":1000000000,\"text\":\"";
  memset(event, 'x', EVENT_LENGTH);
  memcpy(event, start, strlen(start));
  memcpy(event + EVENT_LENGTH - 3, "\"}}", 4);
  frame_rest_length = sprintf(frame_rest, "%s%s}\n\n", MADE, event + 1);
}

int main(void) {
  make_frame();
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, 4096) < 0 ||
      getsockname(listener, (struct sockaddr *)&address, &size) < 0) {
    perror("floor-c");
    return 1;
  }
  int epoll = epoll_create1(0);
  struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &wanted);
  printf("floor-c ready http://127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    struct epoll_event ready[64];
    int count = epoll_wait(epoll, ready, 64, -1);
    for (int i = 0; i < count; i++) {
      int fd = ready[i].data.fd;
      if (fd == listener) {
        accept_one(listener, epoll);
        continue;
      }
      ssize_t length = read(fd, buffer, sizeof buffer);
      if (length <= 0 || publishes(fd, (size_t)length) < 0) hang_up(fd);
    }
  }
}
