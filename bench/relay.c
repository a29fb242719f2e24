/* SPDX-License-Identifier: Apache-2.0
 *
 * An emulated link between a client and a device: passes datagrams or a terminal's octets on, at a rate,
 * after a delay, or at connection events; and times the image upload that it sees go by. Changes nothing.
 *
 *   relay udp LISTEN_HOST:PORT DEVICE_HOST:PORT [options]     relay pty LINK DEVICE_TTY [options]
 *   options: --rate OCTETS_PER_S --delay US --interval US --per-interval OCTETS
 *
 * Prints "ready NAME" and, when standard input ends, one line of JSON.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <tug/smp_frame.h>

#include "lane.h"
#include "src/transport/termios2_priv.h"

#define FRAME_MAX 65540u

/* Reads frames out of one direction of a terminal. */
struct sniffer {
	struct tug_console_rx rx;
	uint8_t store[FRAME_MAX];
};

/* What was seen of the upload. */
struct upload {
	uint64_t first_ns; /* first request entered the link */
	uint64_t last_ns;  /* last answer left it */
	unsigned requests, answers;
	unsigned flying, most; /* requests without answer: now, and at most */
	uint32_t largest;      /* largest request frame */
};

struct relay {
	bool udp;
	int client, device;     /* sockets, or master of our pty and the device's tty */
	int slave;              /* keeps our pty alive */
	char *link_path;        /* symlink to our pty */
	struct sockaddr_in peer; /* the client's address */
	bool has_peer;
	struct lane up, down;
	struct sniffer seen_up, seen_down;
	struct upload upload;
	uint64_t octets_up, octets_down;
};

static uint64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
	(void)fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void note_frame(struct relay *r, struct tug_slice frame, bool up, uint64_t now)
{
	struct tug_smp_hdr h;

	if (tug_smp_hdr_decode(frame, &h) != TUG_OK || h.group != TUG_GRP_IMG || h.id != 1)
		return;
	if (up && h.op == TUG_SMP_WRITE) {
		if (!r->upload.requests++)
			r->upload.first_ns = now;
		if (++r->upload.flying > r->upload.most)
			r->upload.most = r->upload.flying;
		if (frame.len > r->upload.largest)
			r->upload.largest = (uint32_t)frame.len;
	} else if (!up && h.op == TUG_SMP_WRITE_RSP) {
		r->upload.answers++;
		r->upload.flying -= r->upload.flying > 0;
		r->upload.last_ns = now;
	}
}

/* Look at octets that enter (up) or have just left (down). */
static void sniff(struct relay *r, const uint8_t *data, size_t len, bool up, uint64_t now)
{
	struct tug_slice in = tug_slice_of(data, len);
	struct sniffer *s = up ? &r->seen_up : &r->seen_down;
	struct tug_rx_event ev;

	if (r->udp) {
		note_frame(r, in, up, now);
		return;
	}
	do {
		tug_console_rx_feed(&s->rx, &in, now / 1000000u, &ev);
		if (ev.kind == TUG_RX_FRAME)
			note_frame(r, ev.data, up, now);
	} while (ev.kind != TUG_RX_NONE);
}

/* Hand an item to its end. Result: octets taken, 0 = that end is full. */
static size_t deliver(struct relay *r, const struct lane_item *it, bool up)
{
	ssize_t n;

	if (!r->udp)
		n = write(up ? r->device : r->client, it->data, it->len);
	else if (up)
		n = send(r->device, it->data, it->len, 0);
	else
		n = sendto(r->client, it->data, it->len, 0, (const struct sockaddr *)&r->peer, sizeof(r->peer));
	if (n < 0 && (errno == EAGAIN || errno == ENOBUFS))
		return 0;
	/* any other error loses the item, as a network does */
	return n < 0 ? it->len : (size_t)n;
}

static void run_lane(struct relay *r, struct lane *l, bool up)
{
	const struct lane_item *it;
	uint64_t now = now_ns();

	while ((it = lane_due(l, now)) != NULL) {
		size_t n = deliver(r, it, up);

		if (!up)
			sniff(r, it->data, n, false, now);
		if (n == it->len) {
			lane_pop(l);
			continue;
		}
		/* a full terminal: the rest a little later */
		lane_trim(l, n);
		lane_retry(l, now + 50000u);
		return;
	}
}

/* Take what arrived at one end. */
static void take(struct relay *r, bool up)
{
	uint8_t buf[65536];
	int fd = up ? r->client : r->device;

	for (int i = 0; i < 64; i++) {
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);
		ssize_t n = r->udp ? recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &from_len) :
				     read(fd, buf, sizeof(buf));
		uint64_t now = now_ns();

		if (n <= 0)
			return;
		if (r->udp && up) {
			r->peer = from;
			r->has_peer = true;
		}
		*(up ? &r->octets_up : &r->octets_down) += (uint64_t)n;
		if (up)
			sniff(r, buf, (size_t)n, true, now);
		if (!(r->udp ? lane_push : lane_push_stream)(up ? &r->up : &r->down, now, buf, (size_t)n))
			die("memory");
	}
}

static struct sockaddr_in address(const char *text)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	const char *colon = strrchr(text, ':');
	char host[64];

	if (!colon || (size_t)(colon - text) >= sizeof(host)) {
		(void)fprintf(stderr, "relay: '%s' is not HOST:PORT\n", text);
		exit(2);
	}
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = 0;
	a.sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10));
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1) {
		(void)fprintf(stderr, "relay: '%s' is not an IPv4 address\n", host);
		exit(2);
	}
	return a;
}

static void open_udp(struct relay *r, const char *listen_at, const char *device)
{
	struct sockaddr_in here = address(listen_at), there = address(device);

	r->client = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	r->device = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (r->client < 0 || r->device < 0 || bind(r->client, (const struct sockaddr *)&here, sizeof(here)) != 0)
		die(listen_at);
	if (connect(r->device, (const struct sockaddr *)&there, sizeof(there)) != 0)
		die(device);
}

static void open_pty(struct relay *r, const char *link_path, const char *device)
{
	uint32_t keep_rate = 0;
	char name[100];

	r->client = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (r->client < 0 || grantpt(r->client) != 0 || unlockpt(r->client) != 0 ||
	    ptsname_r(r->client, name, sizeof(name)) != 0)
		die("pty");
	r->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (r->slave < 0 || tug_termios_raw(r->slave, &keep_rate) != TUG_OK)
		die(name);
	(void)unlink(link_path);
	if (symlink(name, link_path) != 0)
		die(link_path);
	r->link_path = strdup(link_path);
	r->device = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (r->device < 0 || tug_termios_raw(r->device, &keep_rate) != TUG_OK)
		die(device);
	tug_console_rx_init(&r->seen_up.rx, tug_buf_of(r->seen_up.store, FRAME_MAX), TUG_CONSOLE_CLIENT);
	tug_console_rx_init(&r->seen_down.rx, tug_buf_of(r->seen_down.store, FRAME_MAX), TUG_CONSOLE_CLIENT);
}

static void option(struct lane_cfg *cfg, const char *name, const char *value)
{
	uint64_t v = strtoull(value, NULL, 10);

	if (strcmp(name, "--rate") == 0)
		cfg->octets_per_s = v;
	else if (strcmp(name, "--delay") == 0)
		cfg->delay_ns = v * 1000u;
	else if (strcmp(name, "--interval") == 0)
		cfg->interval_ns = v * 1000u;
	else if (strcmp(name, "--per-interval") == 0)
		cfg->per_interval = v;
	else {
		(void)fprintf(stderr, "relay: option %s is not known\n", name);
		exit(2);
	}
}

/* Until standard input ends. */
static void serve(struct relay *r)
{
	struct pollfd p[3] = { { .fd = r->client, .events = POLLIN },
			       { .fd = r->device, .events = POLLIN },
			       { .fd = STDIN_FILENO, .events = POLLIN } };

	for (;;) {
		uint64_t next = lane_next(&r->up) < lane_next(&r->down) ? lane_next(&r->up) : lane_next(&r->down);
		uint64_t now = now_ns();
		uint64_t wait = next > now ? next - now : 0;
		struct timespec t = { .tv_sec = (time_t)(wait / 1000000000u), .tv_nsec = (long)(wait % 1000000000u) };

		if (ppoll(p, 3, next == UINT64_MAX ? NULL : &t, NULL) < 0 && errno != EINTR)
			die("poll");
		if (p[2].revents)
			return;
		if (p[0].revents)
			take(r, true);
		if (p[1].revents)
			take(r, false);
		run_lane(r, &r->up, true);
		run_lane(r, &r->down, false);
	}
}

static void report(const struct relay *r)
{
	const struct upload *u = &r->upload;

	printf("{\"octets_up\":%llu,\"octets_down\":%llu,\"requests\":%u,\"answers\":%u,\"in_flight\":%u,"
	       "\"largest\":%u,\"seconds\":%.6f}\n",
	       (unsigned long long)r->octets_up, (unsigned long long)r->octets_down, u->requests, u->answers, u->most,
	       u->largest, u->answers ? (double)(u->last_ns - u->first_ns) / 1e9 : 0.0);
}

int main(int argc, char **argv)
{
	static struct relay r;

	if (argc < 4 || (argc & 1) || (strcmp(argv[1], "udp") != 0 && strcmp(argv[1], "pty") != 0)) {
		(void)fprintf(stderr, "usage: relay udp LISTEN:PORT DEVICE:PORT [options]\n"
				      "       relay pty LINK DEVICE_TTY [options]\n"
				      "options: --rate OCTETS_PER_S --delay US --interval US --per-interval OCTETS\n");
		return 2;
	}
	r.udp = argv[1][0] == 'u';
	for (int i = 4; i + 1 < argc; i += 2)
		option(&r.up.cfg, argv[i], argv[i + 1]);
	if (r.up.cfg.interval_ns && !r.up.cfg.per_interval) {
		(void)fprintf(stderr, "relay: --interval needs --per-interval\n");
		return 2;
	}
	r.down.cfg = r.up.cfg;
	/* the kernel may otherwise be 50 us late with each wake-up */
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	(r.udp ? open_udp : open_pty)(&r, argv[2], argv[3]);
	printf("ready %s\n", argv[2]);
	(void)fflush(stdout);
	serve(&r);
	report(&r);
	if (r.link_path)
		(void)unlink(r.link_path);
	free(r.link_path);
	while (r.up.first)
		lane_pop(&r.up);
	while (r.down.first)
		lane_pop(&r.down);
	return 0;
}
