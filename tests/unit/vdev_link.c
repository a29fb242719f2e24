/* SPDX-License-Identifier: Apache-2.0
 *
 * Updates over bad links, on a virtual clock: loss, duplicates, reordering, delay, a link cut at any frame. Each ends
 * proven, or with an error of the link and goes on where it was when called again; no slot is ever corrupt.
 */
#include <inttypes.h>

#include "vdev_util.h"

#define FILE_LEN 20000u
/* A link this bad may take several calls, as a person would call again. */
#define CALLS_MAX 8

static uint8_t *file;

static struct tug_slice the_file(void)
{
	return tug_slice_of(file, FILE_LEN);
}

static bool link_error(int err)
{
	return err == TUG_ETIMEOUT || err == TUG_ECLOSED || err == TUG_ELINK || err == TUG_ENOTBACK;
}

static void report(const char *what, const struct desk *d, const struct desk_result *r)
{
	print_message("%s: outcome %s err %s after %" PRIu64 " ms, %s; found %s, did %s; notes: %s; text: %s; replay with "
		      "TUG_SEED=%" PRIu64 "\n",
		      what, tug_outcome_name(r->outcome), tug_err_name(r->err), r->ms,
		      r->hang ? r->hang_why : "no hang", r->found, r->did, r->notes, r->text, d->link.faults.seed);
}

/* Whatever happened on the link: an image that verifies runs, or the recovery waits for the rest of one. */
static void check_slot(struct desk *d, const struct desk_result *r)
{
	struct vdev_digest now;

	desk_pass(d, 60000);
	assert_true(tug_vdev_up(d->v));
	vdev_slot_digest(d->v, 0, &now);
	if (now.len == 0 && d->v->serving != &d->v->loader) {
		report("NO IMAGE", d, r);
		fail();
	}
}

/* Call the update until it is done. Result: calls. */
static int until_done(struct desk *d)
{
	struct desk_ask ask;
	struct desk_result r;
	int calls;

	memset(&ask, 0, sizeof(ask));
	ask.file = the_file();
	for (calls = 1; calls <= CALLS_MAX; calls++) {
		desk_update(d, &ask, &r);
		check_slot(d, &r);
		if (r.hang || r.results != 1) {
			report("HANG", d, &r);
			fail();
		}
		if (r.err == TUG_OK) {
			return calls;
		}
		if (!link_error(r.err)) {
			report("WRONG END", d, &r);
			fail();
		}
		d->link.faults.seed += 1000003u;
	}
	report("NEVER DONE", d, &r);
	fail();
	return 0;
}

struct weather {
	const char *name;
	struct tug_vdev_faults faults;
	int runs;
};

static const struct weather weathers[] = {
	{ "ideal", { 0, 0, 0, 0, 0, 0 }, 1 },
	{ "20 % loss", { 0.2, 0, 0, 10, 0, 0 }, 60 },
	{ "20 % duplicates", { 0, 0.2, 0, 10, 0, 0 }, 30 },
	{ "20 % reordered", { 0, 0, 0.2, 10, 0, 0 }, 30 },
	{ "300 ms delay", { 0, 0, 0, 300, 0, 0 }, 1 },
	{ "115200 bit/s", { 0, 0, 0, 5, 115200, 0 }, 1 },
	{ "everything", { 0.2, 0.1, 0.1, 300, 0, 0 }, 60 },
	{ "40 % loss", { 0.4, 0, 0, 20, 0, 0 }, 20 },
};

static const char *const servers[] = { "zephyr-3.3", "zephyr-3.5", "zephyr-4.2", "mcuboot-recovery" };

static void weather_on(const char *server, const struct weather *w, uint64_t seed, int *most_calls)
{
	struct tug_vdev_cfg c = plain_cfg();
	const char *proof;
	struct desk d;
	int calls;

	c.server = tug_server_profile_find(server);
	c.erase_ms = 5;
	c.write_us = 20;
	c.boot_ms = 100;
	d = desk_with(&c);
	d.link.faults = w->faults;
	d.link.faults.seed = seed;
	calls = until_done(&d);
	*most_calls = calls > *most_calls ? calls : *most_calls;
	proof = desk_prove(&d, the_file());
	if (proof != NULL) {
		fail_msg("%s on %s, TUG_SEED=%" PRIu64 ": %s", w->name, server, seed, proof);
	}
	tug_vdev_destroy(d.v);
}

static void test_weather(void **state)
{
	const char *env = getenv("TUG_SEED");
	size_t w;
	size_t s;
	int i;

	(void)state;
	for (w = 0; w < sizeof(weathers) / sizeof(weathers[0]); w++) {
		int most = 0;

		for (s = 0; s < 4; s++) {
			if (env != NULL) {
				weather_on(servers[s], &weathers[w], strtoull(env, NULL, 0), &most);
				continue;
			}
			for (i = 0; i < weathers[w].runs; i++) {
				weather_on(servers[s], &weathers[w], (uint64_t)i + 1u, &most);
			}
		}
		print_message("%s: done in at most %d call(s)\n", weathers[w].name, most);
	}
}

static struct desk cut_desk(const char *server, uint64_t cut_at, bool stays, bool follows)
{
	struct tug_vdev_cfg c = plain_cfg();
	struct desk d;

	c.server = tug_server_profile_find(server);
	c.boot_ms = 100;
	d = desk_with(&c);
	d.link.faults.delay_ms = 3;
	d.link.cut_at = cut_at;
	d.link.cut_stays = stays;
	d.link.follows_device = follows;
	return d;
}

/* The link breaks at frame N and can be opened again: one call is enough, whatever N. */
static void test_cut_and_back(void **state)
{
	struct desk_ask ask;
	size_t s;

	(void)state;
	memset(&ask, 0, sizeof(ask));
	ask.file = the_file();
	for (s = 0; s < 4; s++) {
		uint64_t n;
		bool fired = true;

		for (n = 1; fired; n++) {
			struct desk d = cut_desk(servers[s], n, false, (n & 1u) != 0);
			struct desk_result r;
			const char *proof;

			desk_update(&d, &ask, &r);
			fired = r.frames_up + r.frames_down + 1u >= n;
			if (r.hang || r.err != TUG_OK) {
				report("CUT", &d, &r);
				fail_msg("%s, link cut at frame %" PRIu64, servers[s], n);
			}
			proof = desk_prove(&d, the_file());
			if (proof != NULL) {
				fail_msg("%s, link cut at frame %" PRIu64 ": %s", servers[s], n, proof);
			}
			tug_vdev_destroy(d.v);
		}
		print_message("%s: %" PRIu64 " places cut, link back\n", servers[s], n - 2u);
	}
}

/* The link breaks for good: an error of the link; called again, the upload goes on where it was, and the rest follows. */
static void test_cut_and_call_again(void **state)
{
	struct desk_ask ask;
	size_t s;

	(void)state;
	memset(&ask, 0, sizeof(ask));
	ask.file = the_file();
	for (s = 0; s < 4; s++) {
		bool resumes = tug_server_profile_find(servers[s])->upload_sha != 0;
		uint64_t n;
		bool fired = true;
		unsigned resumed = 0;

		for (n = 1; fired; n++) {
			struct desk d = cut_desk(servers[s], n, true, (n & 1u) != 0);
			struct desk_result r;
			struct desk_result again;
			const char *proof;

			desk_update(&d, &ask, &r);
			fired = r.frames_up + r.frames_down + 1u >= n;
			if (r.hang || (r.err != TUG_OK && !link_error(r.err))) {
				report("CUT FOR GOOD", &d, &r);
				fail_msg("%s, link cut at frame %" PRIu64, servers[s], n);
			}
			check_slot(&d, &r);
			desk_pass(&d, 2000);
			d.link.cut_at = 0;
			desk_update(&d, &ask, &again);
			if (again.hang || again.err != TUG_OK) {
				report("CALLED AGAIN", &d, &again);
				fail_msg("%s, link cut at frame %" PRIu64, servers[s], n);
			}
			/* cut behind the last octet: a server that does not compare digests gets it all again */
			if (r.first_off != UINT32_MAX && strcmp(r.did, "upload") == 0 && resumes &&
			    strcmp(again.found, "leftover") != 0) {
				/* at most what was in flight is sent again; the first request carries some of it */
				if (again.upload_octets + r.upload_octets > FILE_LEN + FILE_LEN / 5u + 2000u) {
					report("CALLED AGAIN", &d, &again);
					fail_msg("%s, cut at frame %" PRIu64 ": %" PRIu64 " + %" PRIu64 " octets sent",
						 servers[s], n, r.upload_octets, again.upload_octets);
				}
				resumed++;
			}
			proof = desk_prove(&d, the_file());
			if (proof != NULL) {
				fail_msg("%s, link cut at frame %" PRIu64 ": %s", servers[s], n, proof);
			}
			tug_vdev_destroy(d.v);
		}
		print_message("%s: %" PRIu64 " places cut, link gone; %u uploads resumed\n", servers[s], n - 2u, resumed);
		assert_true(!resumes || resumed > 20);
	}
}

/* The same seed gives the same run. */
static void test_deterministic(void **state)
{
	static const struct tug_vdev_faults f = { 0.2, 0.1, 0.1, 30, 0, 42 };
	struct desk_result r[2];
	struct desk_ask ask;
	int i;

	(void)state;
	memset(&ask, 0, sizeof(ask));
	ask.file = the_file();
	for (i = 0; i < 2; i++) {
		struct tug_vdev_cfg c = plain_cfg();
		struct desk d = desk_with(&c);

		d.link.faults = f;
		desk_update(&d, &ask, &r[i]);
		tug_vdev_destroy(d.v);
	}
	assert_int_equal(r[0].ms, r[1].ms);
	assert_int_equal(r[0].frames_up, r[1].frames_up);
	assert_int_equal(r[0].frames_down, r[1].frames_down);
	assert_string_equal(r[0].did, r[1].did);
	assert_true(r[0].frames_up > r[0].frames_down); /* and the dice were thrown */
}

static int make_file(void **state)
{
	struct tug_version v = { 2, 0, 0, 0 };

	(void)state;
	file = vdev_image_make(&tug_crypto_hashonly, FILE_LEN, 99, &v);
	return file == NULL;
}

static int free_file(void **state)
{
	(void)state;
	free(file);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weather),
		cmocka_unit_test(test_cut_and_back),
		cmocka_unit_test(test_cut_and_call_again),
		cmocka_unit_test(test_deterministic),
	};

	return cmocka_run_group_tests(tests, make_file, free_file);
}
