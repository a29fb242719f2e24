/* SPDX-License-Identifier: Apache-2.0
 *
 * States about the host: links that never come up, go down or fall silent end requests with their own reason; an
 * interruption ends what is under way; updates run side by side and survive links that are cut. Run by CTest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>
#include <cmocka.h>

#include <tug/host.h>
#include <tug/imgtool.h>
#include <tug/port/crypto_openssl.h>
#include <tug/vdev.h>

/* ---- a link of our own: "fake:never", "fake:fail", "fake:silent", "fake:down" ---- */

struct fake {
	struct tug_link link;
	uv_timer_t timer;
	bool answers_down;
};

static void fake_closed(uv_handle_t *h)
{
	free(h->data);
}

static void fake_up(uv_timer_t *t)
{
	struct fake *f = t->data;

	f->link.ev.up(f->link.ev.user);
}

static void fake_drop(uv_timer_t *t)
{
	struct fake *f = t->data;

	f->link.ev.down(f->link.ev.user, TUG_ELINK, "the cable was pulled");
}

static int fake_send(struct tug_link *l, struct tug_slice frame)
{
	struct fake *f = (struct fake *)l;

	(void)frame;
	if (f->answers_down) {
		uv_timer_start(&f->timer, fake_drop, 0, 0);
	}
	return TUG_OK;
}

static void fake_close(struct tug_link *l)
{
	uv_close((uv_handle_t *)&((struct fake *)l)->timer, fake_closed);
}

static int fake_open(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev, struct tug_link **out,
		     char *why, size_t why_cap)
{
	static const struct tug_link_ops ops = { fake_send, fake_close };
	struct fake *f;

	if (strcmp(rest, "fail") == 0) {
		snprintf(why, why_cap, "there is no such thing");
		return TUG_ENODEV;
	}
	f = calloc(1, sizeof(*f));
	assert_non_null(f);
	f->link.ops = &ops;
	f->link.ev = *ev;
	f->link.assume_frame = 256;
	f->answers_down = strcmp(rest, "down") == 0;
	uv_timer_init(loop, &f->timer);
	f->timer.data = f;
	if (strcmp(rest, "never") != 0) {
		uv_timer_start(&f->timer, fake_up, 0, 0);
	}
	*out = &f->link;
	return TUG_OK;
}

static const struct tug_scheme scheme_fake = { "fake", fake_open };

/* ---- "cut:HOST:PORT": a UDP link that goes down after every few frames ---- */

#define CUT_AFTER 8u

struct cut {
	struct tug_link link;
	struct tug_link *inner;
	uv_timer_t timer;
	unsigned left;
};

static unsigned cuts;

static void cut_up(void *user)
{
	struct cut *c = user;

	c->link.max_frame = c->inner->max_frame;
	c->link.assume_frame = c->inner->assume_frame;
	c->link.overhead = c->inner->overhead;
	c->link.ev.up(c->link.ev.user);
}

static void cut_frame(void *user, struct tug_slice frame)
{
	struct cut *c = user;

	c->link.ev.frame(c->link.ev.user, frame);
}

static void cut_down(void *user, int err, const char *why)
{
	struct cut *c = user;

	c->link.ev.down(c->link.ev.user, err, why);
}

static void cut_now(uv_timer_t *t)
{
	struct cut *c = t->data;

	cuts++;
	c->link.ev.down(c->link.ev.user, TUG_ELINK, "cut by the test");
}

static int cut_send(struct tug_link *l, struct tug_slice frame)
{
	struct cut *c = (struct cut *)l;

	if (c->left == 0) {
		return TUG_OK; /* lost: the link is about to go down */
	}
	if (--c->left == 0) {
		uv_timer_start(&c->timer, cut_now, 0, 0);
	}
	return tug_link_send(c->inner, frame);
}

static void cut_close(struct tug_link *l)
{
	struct cut *c = (struct cut *)l;

	tug_link_close(c->inner);
	uv_close((uv_handle_t *)&c->timer, fake_closed);
}

static int cut_open(struct uv_loop_s *loop, const char *rest, const struct tug_link_events *ev, struct tug_link **out,
		    char *why, size_t why_cap)
{
	static const struct tug_link_ops ops = { cut_send, cut_close };
	struct cut *c = calloc(1, sizeof(*c));
	struct tug_link_events inner = { cut_up, cut_frame, NULL, cut_down, c };
	int err;

	assert_non_null(c);
	c->link.ops = &ops;
	c->link.ev = *ev;
	c->left = CUT_AFTER;
	err = tug_scheme_udp.open(loop, rest, &inner, &c->inner, why, why_cap);
	if (err != TUG_OK) {
		free(c);
		return err;
	}
	uv_timer_init(loop, &c->timer);
	c->timer.data = c;
	*out = &c->link;
	return TUG_OK;
}

static const struct tug_scheme scheme_cut = { "cut", cut_open };

/* ---- helpers ---- */

static const struct tug_scheme *const schemes[] = { &scheme_fake, &scheme_cut, &tug_scheme_vdev };

static unsigned frames_seen;

static void watch_frame(void *user, const char *url, bool sent, struct tug_slice frame)
{
	(void)user;
	(void)url;
	(void)sent;
	frames_seen += frame.len > 0;
}

static struct tug_host *host_with(uint32_t timeout_ms, const char *log)
{
	struct tug_host_cfg cfg = { 0 };
	struct tug_host *h;
	char why[TUG_HOST_WHY];

	cfg.schemes = schemes;
	cfg.n_schemes = sizeof(schemes) / sizeof(schemes[0]);
	cfg.timeout_ms = timeout_ms;
	cfg.retries = 1;
	cfg.log_path = log;
	cfg.watch.frame = watch_frame;
	assert_int_equal(tug_host_create(&cfg, &h, why, sizeof(why)), TUG_OK);
	return h;
}

static int call_echo(struct tug_session *s, struct tug_answer *a)
{
	static const uint8_t body[] = { 0xa1, 0x61, 'd', 0x62, 'h', 'i' };

	return tug_session_call(s, tug_smp_cmd_find(TUG_GRP_OS, 0, TUG_SMP_WRITE), tug_slice_of(body, sizeof(body)), NULL, a);
}

/* ---- sessions ---- */

static void test_open_refused(void **state)
{
	struct tug_host *h = host_with(0, NULL);
	struct tug_session *s;
	char why[TUG_HOST_WHY] = "";

	(void)state;
	assert_int_equal(tug_session_open(h, "carrier-pigeon:x", &s, why, sizeof(why)), TUG_EADDR);
	assert_non_null(strstr(why, "fake:"));
	assert_int_equal(tug_session_open(h, "", &s, why, sizeof(why)), TUG_EADDR);
	assert_int_equal(tug_session_open(h, "fake:fail", &s, why, sizeof(why)), TUG_ENODEV);
	assert_string_equal(why, "there is no such thing");
	assert_int_equal(tug_host_destroy(h), TUG_OK);
}

static void test_never_up(void **state)
{
	struct tug_host *h = host_with(50, NULL);
	struct tug_session *s;
	char why[TUG_HOST_WHY] = "";

	(void)state;
	assert_int_equal(tug_session_open(h, "fake:never", &s, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_session_wait(s), TUG_ETIMEOUT);
	assert_int_equal(tug_host_destroy(h), TUG_OK); /* closes what is open */
}

static void test_silent_and_down(void **state)
{
	struct tug_host *h = host_with(50, NULL);
	struct tug_session *s;
	struct tug_answer a;
	char why[TUG_HOST_WHY] = "";

	(void)state;
	assert_int_equal(tug_session_open(h, "fake:silent", &s, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_session_wait(s), TUG_OK);
	assert_int_equal(call_echo(s, &a), TUG_ETIMEOUT);
	tug_session_close(s);
	assert_int_equal(tug_session_open(h, "fake:down", &s, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_session_wait(s), TUG_OK);
	assert_int_equal(call_echo(s, &a), TUG_ELINK);
	assert_string_equal(tug_session_why(s), "the cable was pulled");
	assert_int_equal(call_echo(s, &a), TUG_ELINK); /* and stays down */
	tug_session_close(s);
	assert_int_equal(tug_host_destroy(h), TUG_OK);
}

static void interrupt_soon(uv_timer_t *t)
{
	tug_host_interrupt(t->data);
}

static void test_interrupt(void **state)
{
	struct tug_host *h = host_with(60000, NULL);
	struct tug_session *s;
	struct tug_answer a;
	char why[TUG_HOST_WHY] = "";
	uv_timer_t timer;

	(void)state;
	assert_int_equal(tug_session_open(h, "fake:silent", &s, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_session_wait(s), TUG_OK);
	uv_timer_init(tug_host_loop(h), &timer);
	timer.data = h;
	uv_timer_start(&timer, interrupt_soon, 20, 0);
	assert_int_equal(call_echo(s, &a), TUG_EINTR);
	assert_int_equal(call_echo(s, &a), TUG_EINTR);
	assert_int_equal(tug_host_interrupted(h), 1);
	uv_close((uv_handle_t *)&timer, NULL);
	assert_int_equal(tug_host_destroy(h), TUG_OK);
}

static void count_done(void *user, int err, const struct tug_client_rsp *rsp)
{
	unsigned *done = user;

	assert_int_equal(err, TUG_OK);
	assert_int_equal(rsp->hdr.group, TUG_GRP_OS); /* rc 2 is an answer too: the device has few buffers */
	(*done)++;
}

static void test_requests_in_flight(void **state)
{
	static const uint8_t empty = 0xa0;
	const struct tug_smp_cmd *params = tug_smp_cmd_find(TUG_GRP_OS, 6, TUG_SMP_READ);
	struct tug_host *h = host_with(0, NULL);
	struct tug_session *s;
	char why[TUG_HOST_WHY] = "";
	unsigned done = 0;

	(void)state;
	assert_int_equal(tug_session_open(h, "vdev:", &s, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_session_wait(s), TUG_OK);
	for (int i = 0; i < 4; i++) {
		assert_true(tug_session_request(s, params, tug_slice_of(&empty, 1), NULL, count_done, &done) >= 0);
	}
	assert_int_equal(tug_session_request(s, params, tug_slice_of(&empty, 1), NULL, count_done, &done), TUG_EBUSY);
	while (done < 4) {
		uv_run(tug_host_loop(h), UV_RUN_ONCE);
	}
	tug_session_close(s);
	assert_int_equal(tug_host_destroy(h), TUG_OK);
}

static void test_log_and_watch(void **state)
{
	char path[] = "/tmp/tug-host-log-XXXXXX", why[TUG_HOST_WHY] = "", text[2048];
	int fd = mkstemp(path);
	struct tug_host *h;
	struct tug_session *s;
	struct tug_answer a;
	ssize_t n;

	(void)state;
	assert_true(fd >= 0);
	h = host_with(0, path);
	frames_seen = 0;
	assert_int_equal(tug_session_open(h, "vdev:", &s, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_session_wait(s), TUG_OK);
	assert_int_equal(call_echo(s, &a), TUG_OK);
	assert_int_equal(frames_seen, 2);
	assert_int_equal(tug_host_destroy(h), TUG_OK);
	n = read(fd, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_int_equal(strncmp(text, "# tug log 1\n", 12), 0);
	assert_non_null(strstr(text, "Z + vdev:\n"));
	assert_non_null(strstr(text, "Z > vdev: 0a00000600000000a16164626869\n"));
	assert_non_null(strstr(text, "Z < vdev: 0b00000700000000bf6172626869ff\n"));
	assert_non_null(strstr(text, "Z - vdev: closed\n"));
	close(fd);
	unlink(path);
}

/* ---- updates ---- */

struct job {
	char url[96];
	struct tug_host_update *u;
	enum tug_outcome outcome;
	int err;
	unsigned ends;
	unsigned results;
};

static void job_event(void *user, const struct tug_update_event *ev)
{
	struct job *j = user;

	if (ev->kind == TUG_EV_RESULT) {
		j->results++;
		j->outcome = ev->outcome;
	}
}

static void job_done(void *user, int err, const char *why)
{
	struct job *j = user;

	(void)why;
	j->err = err;
	j->ends++;
}

struct image {
	struct tug_file file;
	struct tug_image_info info;
	struct tug_slice data;
	struct tug_io io;
	uint8_t sha[32];
};

static void make_image(struct image *im)
{
	static uint8_t payload[30000];
	struct tug_sign_options o = tug_sign_defaults();
	struct tug_file in = { .data = { payload, sizeof(payload) } };
	struct tug_hash_ctx c;
	char why[TUG_WHY_CAP] = "";

	memset(im, 0, sizeof(*im));
	for (size_t i = 0; i < sizeof(payload); i++) {
		payload[i] = (uint8_t)(i * 31);
	}
	o.version.major = 7;
	o.header_size = 512;
	o.pad_header = true;
	o.align = 4;
	assert_int_equal(tug_sign(&in, &o, &im->file, why), TUG_OK);
	assert_int_equal(tug_image_info_read(&im->file, &im->info, why), TUG_OK);
	im->data = tug_slice_of(im->file.data.p, im->file.data.len);
	im->io = tug_io_of_slice(&im->data);
	tug_crypto_openssl.hash_init(&c, TUG_SHA256);
	tug_crypto_openssl.hash_update(&c, im->data.p, im->data.len);
	tug_crypto_openssl.hash_final(&c, im->sha);
}

static void begin(struct tug_host *h, struct job *j, const struct image *im)
{
	struct tug_host_update_cfg cfg;
	char why[TUG_HOST_WHY] = "";

	memset(&cfg, 0, sizeof(cfg));
	cfg.file = &im->io;
	cfg.image.version = im->info.hdr.version;
	memcpy(cfg.image.hash, im->info.digest, sizeof(cfg.image.hash));
	cfg.image.hash_len = (uint8_t)im->info.digest_len;
	cfg.image.len = im->info.total;
	memcpy(cfg.sha, im->sha, sizeof(cfg.sha));
	cfg.event = job_event;
	cfg.done = job_done;
	cfg.user = j;
	assert_int_equal(tug_host_update_open(h, j->url, &cfg, &j->u, why, sizeof(why)), TUG_OK);
}

static void temp_folder(char *path)
{
	strcpy(path, "/tmp/tug-host-XXXXXX");
	assert_non_null(mkdtemp(path));
}

static void remove_folder(const char *path)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %.64s", path);
	assert_int_equal(system(command), 0);
}

static void test_updates_side_by_side(void **state)
{
	struct tug_host *h = host_with(5000, NULL); /* five devices are made in this thread before the first opens */
	struct job jobs[7];
	struct image im;
	char root[32];

	(void)state;
	temp_folder(root);
	make_image(&im);
	memset(jobs, 0, sizeof(jobs));
	for (int i = 0; i < 5; i++) {
		snprintf(jobs[i].url, sizeof(jobs[i].url), "vdev:%s/dev%d", root, i);
	}
	strcpy(jobs[5].url, "fake:fail");
	strcpy(jobs[6].url, "fake:never");
	for (int i = 0; i < 7; i++) {
		begin(h, &jobs[i], &im);
	}
	assert_int_equal(tug_host_run(h), TUG_OK);
	for (int i = 0; i < 7; i++) {
		assert_int_equal(jobs[i].ends, 1);
		assert_int_equal(jobs[i].results, i < 5);
		assert_int_equal(jobs[i].outcome, i < 5 ? TUG_OUT_SWAPPED : TUG_OUT_NONE);
	}
	assert_int_equal(jobs[5].err, TUG_ENODEV);
	assert_string_equal(tug_host_update_why(jobs[5].u), "there is no such thing");
	assert_int_equal(jobs[6].err, TUG_ETIMEOUT);
	assert_int_equal(tug_host_destroy(h), TUG_OK);
	tug_file_free(&im.file);
	remove_folder(root);
}

/* A device on the host's own loop, behind UDP; `url` gets "cut:127.0.0.1:PORT". */
static struct tug_vdev_run *device_on(struct tug_host *h, char *url, size_t cap)
{
	static const struct tug_srv_group *const groups[] = { &tug_srv_os, &tug_srv_img };
	struct tug_vdev_cfg cfg = { 0 };
	struct tug_vdev_listen where = { 0 };
	struct tug_vdev_run *run;
	struct tug_vdev *dev;
	char ready[128], why[256] = "";

	cfg.profile = tug_vdev_profile_find("nrf52833");
	cfg.mode = &tug_boot_swap_move;
	cfg.server = tug_server_profile_find("zephyr-4.2");
	cfg.groups = groups;
	cfg.n_groups = 2;
	cfg.buf_size = 1024;
	where.udp = true;
	assert_int_equal(tug_vdev_create(&cfg, uv_now(tug_host_loop(h)), &dev, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_vdev_run_start(tug_host_loop(h), dev, &where, &run, ready, sizeof(ready)),
			 TUG_OK);
	snprintf(url, cap, "cut:%.80s", ready + strlen("udp:"));
	return run;
}

static void test_link_cut_again_and_again(void **state)
{
	struct tug_host *h = host_with(500, NULL);
	struct tug_vdev_run *run;
	struct job job;
	struct image im;

	(void)state;
	make_image(&im);
	memset(&job, 0, sizeof(job));
	run = device_on(h, job.url, sizeof(job.url));
	cuts = 0;
	begin(h, &job, &im);
	assert_int_equal(tug_host_run(h), TUG_OK);
	assert_int_equal(job.outcome, TUG_OUT_SWAPPED);
	assert_true(cuts >= 5); /* the fault did happen */
	assert_int_equal(tug_host_update_state(job.u)->state.slot[0].version.major, 7);
	tug_vdev_run_stop(run);
	assert_int_equal(tug_host_destroy(h), TUG_OK);
	tug_file_free(&im.file);
}

static void test_second_interrupt_gives_up(void **state)
{
	struct tug_host *h = host_with(60000, NULL);
	struct job job;
	struct image im;
	uv_timer_t timer;

	(void)state;
	make_image(&im);
	memset(&job, 0, sizeof(job));
	strcpy(job.url, "fake:silent");
	begin(h, &job, &im);
	uv_timer_init(tug_host_loop(h), &timer);
	timer.data = h;
	uv_timer_start(&timer, interrupt_soon, 20, 20);
	tug_host_run(h);
	assert_true(tug_host_interrupted(h) >= 1);
	assert_true(job.results == 1 || tug_host_interrupted(h) == 2);
	uv_close((uv_handle_t *)&timer, NULL);
	assert_int_equal(tug_host_destroy(h), TUG_OK);
	tug_file_free(&im.file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_refused),
		cmocka_unit_test(test_never_up),
		cmocka_unit_test(test_silent_and_down),
		cmocka_unit_test(test_interrupt),
		cmocka_unit_test(test_requests_in_flight),
		cmocka_unit_test(test_log_and_watch),
		cmocka_unit_test(test_updates_side_by_side),
		cmocka_unit_test(test_link_cut_again_and_again),
		cmocka_unit_test(test_second_interrupt_gives_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
