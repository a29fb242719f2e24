/* SPDX-License-Identifier: Apache-2.0
 *
 * A link's owner that writes down what it is told, and a loop that runs until something has happened.
 * For the tests of src/transport only.
 */
#ifndef TUG_TEST_TRANSPORT_UTIL_H
#define TUG_TEST_TRANSPORT_UTIL_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include <tug/transport.h>

/* Inside which callback the owner closes the link. */
enum close_in { CLOSE_NEVER, CLOSE_UP, CLOSE_FRAME, CLOSE_TEXT, CLOSE_DOWN };

struct owner {
	struct tug_link *link;
	enum close_in when;
	bool inside_open; /* tug_scheme.open is running: nothing may be called */
	bool closed;
	unsigned ups, frames, texts, downs;
	unsigned wrong; /* calls at a time when none is allowed */
	int err;
	char why[512];
	uint8_t last[70000];
	size_t last_len;
	char text[65536];
	size_t text_len;
};

static inline void owner_check(struct owner *o, enum close_in now)
{
	if (o->inside_open || o->closed || (o->downs && now != CLOSE_DOWN))
		o->wrong++;
	if (o->when == now && !o->closed) {
		o->closed = true;
		tug_link_close(o->link);
	}
}

static inline void owner_up(void *user)
{
	struct owner *o = user;

	o->ups++;
	owner_check(o, CLOSE_UP);
}

static inline void owner_frame(void *user, struct tug_slice f)
{
	struct owner *o = user;

	o->frames++;
	if (f.len <= sizeof(o->last)) {
		memcpy(o->last, f.p, f.len);
		o->last_len = f.len;
	}
	owner_check(o, CLOSE_FRAME);
}

static inline void owner_text(void *user, struct tug_slice t)
{
	struct owner *o = user;

	o->texts++;
	if (o->text_len + t.len < sizeof(o->text)) {
		memcpy(o->text + o->text_len, t.p, t.len);
		o->text_len += t.len;
		o->text[o->text_len] = 0;
	}
	owner_check(o, CLOSE_TEXT);
}

static inline void owner_down(void *user, int err, const char *why)
{
	struct owner *o = user;

	o->downs++;
	if (o->downs > 1)
		o->wrong++;
	o->err = err;
	(void)snprintf(o->why, sizeof(o->why), "%s", why);
	owner_check(o, CLOSE_DOWN);
}

/* Open `rest` with a fresh owner; the result of open, its sentence in o->why. */
static inline int owner_open(struct owner *o, uv_loop_t *loop, const struct tug_scheme *s, const char *rest)
{
	const struct tug_link_events ev = { owner_up, owner_frame, owner_text, owner_down, o };
	int err;

	memset(o, 0, sizeof(*o));
	o->inside_open = true;
	err = s->open(loop, rest, &ev, &o->link, o->why, sizeof(o->why));
	o->inside_open = false;
	return err;
}

static inline void owner_close(struct owner *o)
{
	if (o->link && !o->closed) {
		o->closed = true;
		tug_link_close(o->link);
	}
}

/* Run the loop until `expr` holds; fails the test after 10 s. */
#define RUN_UNTIL(loop, expr)                                                                                          \
	run_until_begin(loop);                                                                                         \
	while (!(expr))                                                                                                \
		run_until_step(loop, __FILE__, __LINE__);                                                              \
	run_until_end(loop)

static unsigned guard_ticks;
static uv_timer_t guard;

static inline void guard_fired(uv_timer_t *t)
{
	(void)t;
	guard_ticks++;
}

/* The guard ticks often: a turn of the loop that ran only timers goes on to wait for input. */
static inline void run_until_begin(uv_loop_t *loop)
{
	guard_ticks = 0;
	(void)uv_timer_init(loop, &guard);
	(void)uv_timer_start(&guard, guard_fired, 5, 5);
}

static inline void run_until_step(uv_loop_t *loop, const char *file, int line)
{
	(void)uv_run(loop, UV_RUN_ONCE);
	if (guard_ticks > 2000)
		fail_msg("waited 10 s in vain at %s:%d", file, line);
}

static inline void run_until_end(uv_loop_t *loop)
{
	uv_close((uv_handle_t *)&guard, NULL);
	(void)uv_run(loop, UV_RUN_NOWAIT);
}

/* Everything must be gone from the loop, and go quickly. */
static inline void loop_end(uv_loop_t *loop)
{
	(void)uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static inline unsigned open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	(void)closedir(d);
	return n;
}

/* Where an endpoint is, in one line. */
#define UDP(host, port) (&(struct tug_endpoint_udp_cfg){ host, port })
#define PTY(link, raw, buf_size) (&(struct tug_endpoint_pty_cfg){ link, raw, buf_size })

/* The device side of a test: answers each packet with itself. */
struct echo {
	struct tug_endpoint *ep;
	unsigned packets;
	uint8_t last[70000];
	size_t last_len;
	bool mute;
};

static inline void echo_packet(void *user, struct tug_slice p, const void *peer)
{
	struct echo *e = user;

	(void)peer;
	e->packets++;
	memcpy(e->last, p.p, p.len);
	e->last_len = p.len;
	if (!e->mute)
		assert_int_equal(tug_endpoint_send(e->ep, p), TUG_OK);
}

static inline struct tug_endpoint_events echo_events(struct echo *e)
{
	struct tug_endpoint_events ev = { echo_packet, e };

	return ev;
}

/* An SMP frame of `len` octets (8 at least) whose body is `fill` repeated. */
static inline struct tug_slice smp_frame(uint8_t *out, size_t len, uint8_t fill)
{
	memset(out, fill, len);
	memset(out, 0, 8);
	out[0] = 0x0a;
	tug_put_be16(out + 2, (uint16_t)(len - 8));
	out[6] = fill;
	return tug_slice_of(out, len);
}

#endif
