/* SPDX-License-Identifier: Apache-2.0
 *
 * A virtual device behind sockets, ptys and the links `vdev:` and `vdev:DIR`: answers arrive, resets pass, folders
 * keep what a link left, everything closes without a leak.
 */
#include <unistd.h>
#include <uv.h>

#include "vdev_util.h"

/* A client end: one link, the answers that came. */
struct peer {
	struct tug_link *link;
	bool up;
	unsigned answers;
	uint8_t last[2048];
	size_t len;
	char text[4096];
	size_t text_len;
	int down;
};

static void on_up(void *user)
{
	((struct peer *)user)->up = true;
}

static void on_frame(void *user, struct tug_slice frame)
{
	struct peer *p = user;

	p->answers++;
	p->len = frame.len < sizeof(p->last) ? frame.len : sizeof(p->last);
	memcpy(p->last, frame.p, p->len);
}

static void on_text(void *user, struct tug_slice text)
{
	struct peer *p = user;

	if (p->text_len + text.len < sizeof(p->text)) {
		memcpy(&p->text[p->text_len], text.p, text.len);
		p->text_len += text.len;
	}
}

static void on_down(void *user, int err, const char *why)
{
	(void)why;
	((struct peer *)user)->down = err;
}

static void on_tick(uv_timer_t *t)
{
	(void)t;
}

/* Run the loop until `*n` reaches `want`, 5 s at most; false = it did not. */
static bool run_until(uv_loop_t *loop, const unsigned *n, unsigned want, uint64_t ms)
{
	uv_timer_t guard;
	uint64_t end;

	uv_update_time(loop);
	end = uv_now(loop) + ms;
	uv_timer_init(loop, &guard);
	uv_timer_start(&guard, on_tick, ms, 0);
	while (*n < want && uv_now(loop) < end) {
		uv_run(loop, UV_RUN_ONCE);
	}
	uv_close((uv_handle_t *)&guard, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
	return *n >= want;
}

/* One turn of the loop: something happens, or a moment passes. (A callback may have run before the loop sleeps.) */
static void turn(uv_loop_t *loop)
{
	static const unsigned never = 0;

	run_until(loop, &never, 1, 1);
}

static void connect_peer(uv_loop_t *loop, const struct tug_scheme *s, const char *rest, struct peer *p)
{
	struct tug_link_events ev = { on_up, on_frame, on_text, on_down, NULL };
	char why[256] = "";
	unsigned i;
	int rc;

	memset(p, 0, sizeof(*p));
	ev.user = p;
	rc = s->open(loop, rest, &ev, &p->link, why, sizeof(why));
	if (rc != TUG_OK) {
		fail_msg("open %s:%s: %d %s", s->name, rest, rc, why);
	}
	assert_false(p->up); /* never from the call itself */
	for (i = 0; i < 1000 && !p->up; i++) {
		turn(loop);
	}
	assert_true(p->up);
}

static void ask(struct peer *p, uint8_t op, uint16_t group, uint8_t id)
{
	uint8_t frame[] = { (uint8_t)(8u | op), 0, 0, 1, 0, (uint8_t)group, 5, id, 0xa0 };

	assert_int_equal(tug_link_send(p->link, tug_slice_of(frame, sizeof(frame))), TUG_OK);
}

/* Ask a device that may still boot: until it answers. */
static void ask_until_up(uv_loop_t *loop, struct peer *p, uint8_t op, uint16_t group, uint8_t id)
{
	unsigned i;

	for (i = 0; i < 500; i++) {
		ask(p, op, group, id);
		if (run_until(loop, &p->answers, 1, 20)) {
			return;
		}
	}
	fail_msg("no answer");
}

/* Flags of the last answer, an image list. */
static const char *list_of(const struct peer *p, char out[64])
{
	struct tug_dev_state st;
	struct tug_smp_hdr h;
	struct tug_slice body;
	size_t at = 0;

	memset(&st, 0, sizeof(st));
	assert_int_equal(tug_smp_frame_split(tug_slice_of(p->last, p->len), &h, &body), TUG_OK);
	assert_int_equal(tug_dev_state_decode(body, &st), TUG_OK);
	out[0] = '\0';
	for (uint8_t i = 0; i < st.n; i++) {
		const struct tug_slot_state *s = &st.slot[i];

		at += (size_t)snprintf(&out[at], 64 - at, "%s%u:%s%s%s%s", i > 0 ? " " : "", s->slot, s->active ? "a" : "",
				       s->confirmed ? "c" : "", s->pending ? "p" : "", s->permanent ? "P" : "");
	}
	return out;
}

/* The device boots on the loop's timers. */
static void until_up(uv_loop_t *loop, const struct tug_vdev *v)
{
	while (!tug_vdev_up(v)) {
		turn(loop);
	}
}

/* A running device that has booted. */
static struct tug_vdev_run *start_run(uv_loop_t *loop, const struct tug_vdev_cfg *c, const struct tug_vdev_listen *w,
				      char ready[256])
{
	struct tug_vdev *v = NULL;
	struct tug_vdev_run *r = NULL;
	char why[256] = "";

	if (tug_vdev_create(c, uv_now(loop), &v, why, sizeof(why)) != TUG_OK ||
	    tug_vdev_run_start(loop, v, w, &r, ready, 256) != TUG_OK) {
		fail_msg("%s%s", why, ready);
	}
	until_up(loop, v);
	return r;
}

static void finish(uv_loop_t *loop, struct tug_vdev_run *r, struct peer *p)
{
	tug_link_close(p->link);
	tug_vdev_run_stop(r);
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void test_udp(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct tug_vdev_listen w = { .udp = true };
	struct tug_vdev_run *r;
	struct peer p;
	uv_loop_t loop;
	char ready[256];
	char flags[64];

	(void)state;
	uv_loop_init(&loop);
	c.state = TUG_VDEV_PENDING_TEST;
	r = start_run(&loop, &c, &w, ready);
	assert_memory_equal(ready, "udp:127.0.0.1:", 14);
	connect_peer(&loop, &tug_scheme_udp, &ready[4], &p);
	ask(&p, TUG_SMP_READ, TUG_GRP_IMG, 0);
	assert_true(run_until(&loop, &p.answers, 1, 5000));
	assert_string_equal(list_of(&p, flags), "0:ac 1:p");
	ask(&p, TUG_SMP_WRITE, TUG_GRP_OS, 5);
	assert_true(run_until(&loop, &p.answers, 2, 5000));
	/* the reset comes 250 ms later; what is asked before is answered, what is asked in between is lost */
	assert_false(run_until(&loop, &p.answers, 3, 400));
	ask(&p, TUG_SMP_READ, TUG_GRP_IMG, 0);
	assert_true(run_until(&loop, &p.answers, 3, 5000));
	assert_string_equal(list_of(&p, flags), "0:a 1:c");
	finish(&loop, r, &p);
}

static void test_pty(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct tug_vdev_listen w = { .pty = true, .pty_console = true };
	struct tug_vdev_run *r;
	struct peer p;
	uv_loop_t loop;
	char ready[256];
	char flags[64];

	(void)state;
	uv_loop_init(&loop);
	r = start_run(&loop, &c, &w, ready);
	assert_memory_equal(ready, "serial:/dev/", 12);
	connect_peer(&loop, &tug_scheme_serial, &ready[7], &p);
	ask(&p, TUG_SMP_READ, TUG_GRP_IMG, 0);
	assert_true(run_until(&loop, &p.answers, 1, 5000));
	assert_string_equal(list_of(&p, flags), "0:ac");
	/* console lines come between the frames */
	ask(&p, TUG_SMP_WRITE, TUG_GRP_OS, 5);
	assert_true(run_until(&loop, &p.answers, 2, 5000));
	assert_false(run_until(&loop, &p.answers, 3, 400));
	ask(&p, TUG_SMP_READ, TUG_GRP_IMG, 0);
	assert_true(run_until(&loop, &p.answers, 3, 5000));
	p.text[p.text_len] = '\0';
	assert_non_null(strstr(p.text, "Image index: 0, Swap type: none"));
	finish(&loop, r, &p);
}

/* Every packet doubled in both directions: four answers for one question. Every packet lost: none. */
static void test_faults(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct tug_vdev_listen w = { .udp = true };
	struct tug_vdev_run *r;
	struct peer p;
	uv_loop_t loop;
	char ready[256];

	(void)state;
	uv_loop_init(&loop);
	w.faults.duplicate = 1.0;
	w.faults.delay_ms = 30;
	r = start_run(&loop, &c, &w, ready);
	connect_peer(&loop, &tug_scheme_udp, &ready[4], &p);
	ask(&p, TUG_SMP_READ, TUG_GRP_OS, 6);
	assert_true(run_until(&loop, &p.answers, 4, 5000));
	finish(&loop, r, &p);
	uv_loop_init(&loop);
	w.faults.duplicate = 0;
	w.faults.loss = 1.0;
	r = start_run(&loop, &c, &w, ready);
	connect_peer(&loop, &tug_scheme_udp, &ready[4], &p);
	ask(&p, TUG_SMP_READ, TUG_GRP_OS, 6);
	assert_false(run_until(&loop, &p.answers, 1, 150));
	finish(&loop, r, &p);
}

static void test_port_taken(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct tug_vdev_listen w = { .udp = true };
	struct tug_vdev_run *r;
	struct tug_vdev_run *second = NULL;
	struct tug_vdev *v;
	uv_loop_t loop;
	char ready[256];
	char other[256];
	char why[256] = "";

	(void)state;
	uv_loop_init(&loop);
	r = start_run(&loop, &c, &w, ready);
	w.udp_port = (uint16_t)atoi(&ready[14]);
	assert_int_equal(tug_vdev_create(&c, 0, &v, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_vdev_run_start(&loop, v, &w, &second, other, sizeof(other)), TUG_EBUSY);
	assert_null(second);
	assert_string_not_equal(other, "");
	tug_vdev_run_stop(r);
	tug_vdev_run_stop(NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* `vdev:`: a reset goes through the boot, and the device is still there when the link is opened again. */
static void test_link_in_memory(void **state)
{
	struct tug_link_events none = { on_up, on_frame, on_text, on_down, NULL };
	struct tug_link *second;
	struct peer p;
	uv_loop_t loop;
	char why[256];
	char flags[64];

	(void)state;
	uv_loop_init(&loop);
	connect_peer(&loop, &tug_scheme_vdev, "", &p);
	assert_int_equal(tug_scheme_vdev.open(&loop, "", &none, &second, why, sizeof(why)), TUG_EBUSY);
	ask_until_up(&loop, &p, TUG_SMP_READ, TUG_GRP_IMG, 0);
	assert_string_equal(list_of(&p, flags), "0:ac");
	ask(&p, TUG_SMP_WRITE, TUG_GRP_OS, 5);
	assert_true(run_until(&loop, &p.answers, 2, 5000));
	tug_link_close(p.link);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	uv_loop_init(&loop);
	connect_peer(&loop, &tug_scheme_vdev, "", &p);
	assert_false(run_until(&loop, &p.answers, 1, 400)); /* resets meanwhile */
	ask(&p, TUG_SMP_READ, TUG_GRP_IMG, 0);
	assert_true(run_until(&loop, &p.answers, 1, 5000));
	tug_link_close(p.link);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static char dir[64];

/* One request over a link that is opened and closed for it, as a command does. */
static void one_command(uint8_t op, uint16_t group, uint8_t id, char flags[64])
{
	struct peer p;
	uv_loop_t loop;

	uv_loop_init(&loop);
	connect_peer(&loop, &tug_scheme_vdev, dir, &p);
	ask_until_up(&loop, &p, op, group, id);
	if (group == TUG_GRP_IMG) {
		list_of(&p, flags);
	}
	tug_link_close(p.link);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* `vdev:DIR`: each command opens and closes its link; in between the device neither boots nor forgets a reset. */
static void test_link_in_folder(void **state)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct tug_vdev *v;
	char why[256] = "";
	char flags[64];
	char cmd[128];

	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/tug-vdev-XXXXXX");
	assert_non_null(mkdtemp(dir));
	c.dir = dir;
	c.state = TUG_VDEV_PENDING_TEST;
	assert_int_equal(tug_vdev_create(&c, 0, &v, why, sizeof(why)), TUG_OK);
	tug_vdev_destroy(v);
	/* that was power off: the first link boots, and swaps; profile and mode are those of the folder */
	one_command(TUG_SMP_READ, TUG_GRP_IMG, 0, flags);
	assert_string_equal(flags, "0:a 1:c");
	one_command(TUG_SMP_READ, TUG_GRP_IMG, 0, flags);
	assert_string_equal(flags, "0:a 1:c");
	one_command(TUG_SMP_WRITE, TUG_GRP_OS, 5, flags);
	one_command(TUG_SMP_READ, TUG_GRP_IMG, 0, flags);
	assert_string_equal(flags, "0:ac 1:");
	assert_true(vdev_store_marked(dir, VDEV_MARK_RUNNING));
	c.state = TUG_VDEV_KEEP;
	assert_int_equal(tug_vdev_create(&c, 0, &v, why, sizeof(why)), TUG_OK);
	assert_false(vdev_store_marked(dir, VDEV_MARK_RUNNING)); /* valid once */
	tug_vdev_destroy(v);
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	assert_int_equal(system(cmd), 0);
}

static void test_link_refused(void **state)
{
	struct tug_link_events none = { on_up, on_frame, on_text, on_down, NULL };
	struct tug_link *l;
	uv_loop_t loop;
	char why[256] = "";

	(void)state;
	uv_loop_init(&loop);
	assert_int_equal(tug_scheme_vdev.open(&loop, "/no/such/parent/dir", &none, &l, why, sizeof(why)), TUG_EFILE);
	assert_non_null(strstr(why, "/no/such/parent/dir"));
	assert_null(l);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_pty),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_port_taken),
		cmocka_unit_test(test_link_in_memory),
		cmocka_unit_test(test_link_in_folder),
		cmocka_unit_test(test_link_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
