/* SPDX-License-Identifier: Apache-2.0
 *
 * A virtual device in a folder: what survives, who may share it, what is said when the folder is no good.
 */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vdev_util.h"

static char dir[64];

static int set_up(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/tug-vdev-XXXXXX");
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	char cmd[128];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	return system(cmd);
}

static struct tug_vdev_cfg folder_cfg(enum tug_vdev_state s)
{
	struct tug_vdev_cfg c = plain_cfg();

	c.dir = dir;
	c.state = s;
	return c;
}

static void refused(const struct tug_vdev_cfg *c, int err, const char *part)
{
	struct tug_vdev *v = NULL;
	char why[256] = "";

	assert_int_equal(tug_vdev_create(c, 0, &v, why, sizeof(why)), err);
	assert_null(v);
	if (strstr(why, part) == NULL) {
		fail_msg("'%s' does not say '%s'", why, part);
	}
}

static void test_survives(void **state)
{
	struct tug_vdev_cfg c = folder_cfg(TUG_VDEV_PENDING_TEST);
	char flags[64];
	char sub[96];
	struct desk d;

	(void)state;
	snprintf(sub, sizeof(sub), "%s/new", dir); /* made when missing */
	c.dir = sub;
	d = desk_with(&c);
	assert_string_equal(flags_of(&d, flags), "0:ac 1:p");
	tug_vdev_destroy(d.v);
	c.state = TUG_VDEV_KEEP;
	d = desk_with(&c); /* power comes back: swapped */
	assert_string_equal(flags_of(&d, flags), "0:a 1:c");
	tug_vdev_destroy(d.v);
	d = desk_with(&c); /* and again: reverted */
	assert_string_equal(flags_of(&d, flags), "0:ac 1:");
	tug_vdev_destroy(d.v);
}

/* Nothing there yet, and nothing asked for: a fresh device; so is half a preset. */
static void test_keep_of_nothing(void **state)
{
	struct tug_vdev_cfg c = folder_cfg(TUG_VDEV_KEEP);
	char flags[64];
	char why[256];
	struct desk d;

	(void)state;
	d = desk_with(&c);
	assert_string_equal(flags_of(&d, flags), "0:ac");
	tug_vdev_destroy(d.v);
	assert_false(vdev_store_marked(dir, VDEV_MARK_PRESET));
	c.state = TUG_VDEV_LEFTOVER;
	d = desk_with(&c);
	tug_vdev_destroy(d.v);
	assert_int_equal(vdev_store_mark(dir, VDEV_MARK_PRESET, true, why, sizeof(why)), TUG_OK);
	c.state = TUG_VDEV_KEEP;
	d = desk_with(&c);
	assert_string_equal(flags_of(&d, flags), "0:ac");
	tug_vdev_destroy(d.v);
}

static void test_no_two_devices_in_one_folder(void **state)
{
	struct tug_vdev_cfg c = folder_cfg(TUG_VDEV_FRESH);
	struct desk d = desk_with(&c);
	int status = -1;
	pid_t pid;

	(void)state;
	refused(&c, TUG_EBUSY, "in use");
	pid = fork();
	if (pid == 0) {
		struct tug_vdev *v;
		char why[256];

		_exit(tug_vdev_create(&c, 0, &v, why, sizeof(why)) == TUG_EBUSY ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	tug_vdev_destroy(d.v);
	d = desk_with(&c);
	tug_vdev_destroy(d.v);
}

static void test_another_profile(void **state)
{
	struct tug_vdev_cfg c = folder_cfg(TUG_VDEV_FRESH);
	struct desk d;

	(void)state;
	c.profile = tug_vdev_profile_find("nrf52840");
	d = desk_with(&c);
	tug_vdev_destroy(d.v);
	c.profile = tug_vdev_profile_find("nrf5340"); /* as large, other slots */
	c.state = TUG_VDEV_KEEP;
	refused(&c, TUG_EINVAL, "holds a device of profile nrf52840");
}

/* A look finds what the device left, and changes nothing: no boot, no mark, no file. */
static void test_look(void **state)
{
	struct tug_vdev_cfg c = folder_cfg(TUG_VDEV_TEST_RUN);
	struct tug_vdev_cfg was = { 0 };
	struct desk d = desk_with(&c);
	struct tug_vdev *v;
	uint8_t before[4096], after[4096];
	char why[256], none[160];

	(void)state;
	assert_int_equal(tug_vdev_flash_read(d.v, c.profile->pri_off, before, sizeof(before)), TUG_OK);
	assert_int_equal(vdev_store_mark(c.dir, VDEV_MARK_RUNNING, true, why, sizeof(why)), TUG_OK);
	assert_int_equal(tug_vdev_look(&c, &v, why, sizeof(why)), TUG_OK); /* beside the one that runs */
	assert_int_equal(tug_vdev_flash_read(v, c.profile->pri_off, after, sizeof(after)), TUG_OK);
	assert_memory_equal(before, after, sizeof(before));
	assert_int_equal(tug_vdev_boot_cfg(v)->pri.size, c.profile->pri_size);
	assert_int_equal(tug_vdev_boots(v), 0);
	assert_true(vdev_store_marked(c.dir, VDEV_MARK_RUNNING));
	tug_vdev_destroy(v);
	tug_vdev_destroy(d.v);
	assert_int_equal(tug_vdev_recall(c.dir, &was, why, sizeof(why)), TUG_OK);
	assert_ptr_equal(was.profile, c.profile);
	assert_ptr_equal(was.mode, c.mode);
	snprintf(none, sizeof(none), "%s/none", c.dir);
	c.dir = none;
	assert_int_equal(tug_vdev_look(&c, &v, why, sizeof(why)), TUG_EFILE);
	assert_int_not_equal(access(none, F_OK), 0);
}

static void test_bad_folders(void **state)
{
	struct tug_vdev_cfg c = folder_cfg(TUG_VDEV_FRESH);
	char path[128];
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/file", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fclose(f);
	c.dir = path;
	refused(&c, TUG_EFILE, "is a file");
	snprintf(path, sizeof(path), "%s/no/such/parent", dir);
	refused(&c, TUG_EFILE, "No such file");
	snprintf(path, sizeof(path), "%s/flash.bin", dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("not a flash", f);
	fclose(f);
	c.dir = dir;
	refused(&c, TUG_EFILE, "131072 octets");
	c.dir = "/proc/tug-vdev";
	refused(&c, TUG_EFILE, "cannot make the folder");
	if (geteuid() != 0) {
		c.dir = "/usr/tug-vdev";
		refused(&c, TUG_EACCESS, "Permission denied");
	}
}

/* A file may not grow: what a full disk looks like. */
static void test_disk_full(void **state)
{
	struct tug_vdev_cfg c = folder_cfg(TUG_VDEV_FRESH);
	struct rlimit was;
	struct rlimit small;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small = was;
	small.rlim_cur = 20000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	refused(&c, TUG_EDISKFULL, "disk is full");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	signal(SIGXFSZ, SIG_DFL);
	/* nothing half made stays behind */
	{
		struct desk d;
		char flags[64];

		c.state = TUG_VDEV_KEEP;
		d = desk_with(&c);
		assert_string_equal(flags_of(&d, flags), "0:ac");
		tug_vdev_destroy(d.v);
	}
}

/* Killed at random moments of a preset, a device is a device at the next start. */
static void test_killed_while_being_made(void **state)
{
	struct tug_dice dice;
	unsigned i;

	(void)state;
	tug_dice_seed(&dice, 4711);
	for (i = 0; i < 20; i++) {
		struct tug_vdev_cfg c = folder_cfg(TUG_VDEV_TEST_RUN);
		char flags[64];
		struct desk d;
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			for (;;) {
				struct tug_vdev *v;
				char why[256];

				if (tug_vdev_create(&c, 0, &v, why, sizeof(why)) == TUG_OK) {
					tug_vdev_destroy(v);
				}
			}
		}
		usleep(tug_dice_below(&dice, 30000));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		c.state = TUG_VDEV_KEEP;
		d = desk_with(&c);
		assert_true(tug_vdev_up(d.v));
		assert_string_not_equal(flags_of(&d, flags), "?");
		tug_vdev_destroy(d.v);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_survives, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keep_of_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_two_devices_in_one_folder, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_another_profile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_look, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_folders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_disk_full, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_killed_while_being_made, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
