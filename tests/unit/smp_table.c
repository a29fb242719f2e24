/* SPDX-License-Identifier: Apache-2.0
 *
 * The table of commands and the return-code tables are consistent in themselves and with docs/smp.md.
 */
#include "smp_support.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tug/smp_cmds.h>
#include <tug/smp_text.h>

static void check_map(const struct tug_map *m, unsigned depth)
{
	assert_non_null(m);
	assert_true(m->n <= TUG_MAP_FIELDS);
	assert_true(depth < TUG_CBOR_DEPTH);
	for (uint8_t i = 0; i < m->n; i++) {
		const struct tug_field *f = &m->f[i];
		assert_non_null(f->key);
		assert_true(strlen(f->key) > 0 && strlen(f->key) < 64);
		assert_true(f->type <= TUG_T_ANY);
		assert_int_equal(tug_map_index(m, f->key), i); /* no key twice */
		if (f->sub != NULL) {
			assert_true(f->type == TUG_T_LIST || f->type == TUG_T_MAP);
			check_map(f->sub, depth + 1);
		}
		if ((f->flags & TUG_F_KEYED) != 0) {
			assert_int_equal(f->type, TUG_T_MAP);
		}
		if ((f->flags & TUG_F_LAX) != 0) {
			assert_true(f->type == TUG_T_BSTR || f->type == TUG_T_TSTR);
		}
	}
}

static uint32_t rank(const struct tug_smp_cmd *c)
{
	return (uint32_t)c->group << 16 | (uint32_t)c->id << 8 | c->op;
}

static void test_rows(void **state)
{
	size_t n = 0;
	const struct tug_smp_cmd *cmds = tug_smp_cmds(&n);
	(void)state;
	assert_true(n > 50);
	for (size_t i = 0; i < n; i++) {
		const struct tug_smp_cmd *c = &cmds[i];
		assert_true(i == 0 || rank(c) > rank(&cmds[i - 1])); /* sorted, so no row twice */
		assert_true(c->op == TUG_SMP_READ || c->op == TUG_SMP_WRITE);
		check_map(c->req, 0);
		check_map(c->rsp, 0);
		assert_ptr_equal(tug_smp_cmd_find(c->group, c->id, c->op), c);
		/* a text row for each wire row */
		const struct tug_smp_cmd_text *t = tug_smp_cmd_text(c->group, c->id, c->op);
		assert_non_null(t);
		assert_true(strlen(t->name) > 0);
		assert_non_null(tug_smp_group_name(c->group));
		/* what Zephyr never had, no symbol provides, and the reverse; SUIT is the SDK's */
		assert_true(c->group == TUG_GRP_SUIT || (strcmp(t->since, "-") == 0) == (t->kconfig[0] == '\0'));
		assert_null(strstr(t->kconfig, "CONFIG_"));
		assert_null(strstr(t->kconfig_old, "CONFIG_"));
		/* a release that is newer than the renames has no old symbols */
		assert_true(t->since[0] == '\0' || t->kconfig_old[0] == '\0');
	}
	assert_null(tug_smp_cmd_find(TUG_GRP_OS, 99, TUG_SMP_READ));
	assert_null(tug_smp_cmd_find(TUG_GRP_IMG, 1, TUG_SMP_READ));
	assert_null(tug_smp_cmd_find(300, 0, TUG_SMP_READ));
	assert_null(tug_smp_cmd_text(TUG_GRP_OS, 99, TUG_SMP_READ));
	assert_null(tug_smp_group_name(12));
	print_message("%zu rows\n", n);
}

/* Exactly these an update cannot live without. */
static void test_flags(void **state)
{
	size_t n = 0;
	const struct tug_smp_cmd *cmds = tug_smp_cmds(&n);
	unsigned needed = 0;
	(void)state;
	for (size_t i = 0; i < n; i++) {
		bool must = (cmds[i].flags & TUG_CMD_OPTIONAL) == 0;
		needed += must ? 1 : 0;
		if (must) {
			assert_true((cmds[i].group == TUG_GRP_OS && cmds[i].id == 5) ||
				    (cmds[i].group == TUG_GRP_IMG && cmds[i].id <= 1));
		}
		if (cmds[i].op == TUG_SMP_WRITE && (cmds[i].flags & TUG_CMD_HARMLESS) != 0) {
			assert_true(cmds[i].group == TUG_GRP_OS && cmds[i].id == 0);
		}
	}
	assert_int_equal(needed, 4);
	assert_int_equal(tug_smp_cmd_find(TUG_GRP_SETTINGS, 3, TUG_SMP_READ)->flags & TUG_CMD_HARMLESS, 0);
}

/* The commands of docs/smp.md, group by group: ids with read, ids with write. */
static void test_complete(void **state)
{
	static const struct {
		uint16_t group;
		uint16_t reads;  /* bit set of ids */
		uint16_t writes; /* bit set of ids */
	} rows[] = {
		{ TUG_GRP_OS, 0x1dd, 0x033 },      { TUG_GRP_IMG, 0x05d, 0x033 },   { TUG_GRP_STAT, 0x003, 0x000 },
		{ TUG_GRP_SETTINGS, 0x009, 0x00f }, { TUG_GRP_LOG, 0x039, 0x006 },   { TUG_GRP_CRASH, 0x000, 0x001 },
		{ TUG_GRP_SPLIT, 0x000, 0x000 },   { TUG_GRP_RUN, 0x002, 0x001 },   { TUG_GRP_FS, 0x00f, 0x011 },
		{ TUG_GRP_SHELL, 0x000, 0x001 },   { TUG_GRP_ENUM, 0x00f, 0x000 },  { TUG_GRP_TRANSPORT, 0x1c4, 0x003 },
		{ TUG_GRP_ZBASIC, 0x000, 0x001 },  { TUG_GRP_SUIT, 0x00b, 0x074 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint8_t id = 0; id < 16; id++) {
			assert_int_equal(tug_smp_cmd_find(rows[i].group, id, TUG_SMP_READ) != NULL, (rows[i].reads >> id) & 1);
			assert_int_equal(tug_smp_cmd_find(rows[i].group, id, TUG_SMP_WRITE) != NULL, (rows[i].writes >> id) & 1);
		}
		assert_non_null(tug_smp_group_name(rows[i].group));
	}
}

static void test_symbols(void **state)
{
	const struct tug_smp_cmd_text *t = tug_smp_cmd_text(TUG_GRP_ZBASIC, 0, TUG_SMP_WRITE);
	(void)state;
	assert_string_equal(t->name, "erase storage");
	assert_string_equal(t->kconfig, "MCUMGR_GRP_ZBASIC MCUMGR_GRP_ZBASIC_STORAGE_ERASE");
	assert_string_equal(t->kconfig_old, "MCUMGR_GRP_ZEPHYR_BASIC MCUMGR_GRP_BASIC_CMD_STORAGE_ERASE");
	t = tug_smp_cmd_text(TUG_GRP_OS, 8, TUG_SMP_READ);
	assert_string_equal(t->since, "3.5");
	assert_int_equal(TUG_IMG_UPLOAD_REQ_OFF, tug_map_index(&tug_img_upload_req, "off"));
	assert_int_equal(TUG_IMG_UPLOAD_REQ_N, tug_img_upload_req.n);
	assert_int_equal(tug_empty.n, 0);
}

static void test_return_codes(void **state)
{
	size_t n = 0;
	const struct tug_smp_rc_text *rows = tug_smp_rc_texts(&n);
	(void)state;
	assert_true(n > 90);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(tug_smp_rc_text(rows[i].group, rows[i].rc), &rows[i]); /* no row twice */
		assert_true(strlen(rows[i].name) > 0);
		assert_true(islower((unsigned char)rows[i].text[0]));
		if (rows[i].group == TUG_RC_GENERIC) {
			continue;
		}
		assert_true(rows[i].rc != 0);
		uint8_t v1 = tug_smp_rc_to_v1(rows[i].group, rows[i].rc);
		/* a failure never reads as success, and is always a code that has a name */
		assert_true(v1 != TUG_RC_OK);
		assert_non_null(tug_smp_rc_text(TUG_RC_GENERIC, v1));
	}
	for (uint16_t rc = 0; rc <= 14; rc++) {
		assert_non_null(tug_smp_rc_text(TUG_RC_GENERIC, rc));
	}
	assert_null(tug_smp_rc_text(TUG_RC_GENERIC, 15));
	assert_null(tug_smp_rc_text(TUG_GRP_IMG, 0));
	assert_null(tug_smp_rc_text(TUG_GRP_IMG, 35));
	assert_string_equal(tug_smp_rc_text(TUG_GRP_IMG, 28)->name, "IMAGE_ALREADY_PENDING");
	assert_string_equal(tug_smp_rc_text(TUG_RC_GENERIC, 8)->name, "NOTSUP");
}

/* docs/smp.md, error codes: the column of version 1, for each group. */
static void test_v1_translation(void **state)
{
	static const struct {
		uint16_t group;
		const char *v1; /* for rc 0, 1, 2, ... and one beyond the table */
	} rows[] = {
		{ TUG_GRP_OS, "013551111" },
		{ TUG_GRP_IMG, "0115511116" "1111321113" "3331331661" "111111" },
		{ TUG_GRP_STAT, "0155311" },
		{ TUG_GRP_SETTINGS, "01355111111" },
		{ TUG_GRP_FS, "0135111111" "111351111" },
		{ TUG_GRP_SHELL, "01331" },
		{ TUG_GRP_ENUM, "013111" },
		{ TUG_GRP_ZBASIC, "015111" },
		{ TUG_GRP_LOG, "0111" },
		{ 300, "0111" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (uint16_t rc = 0; rows[i].v1[rc] != '\0'; rc++) {
			if (tug_smp_rc_to_v1(rows[i].group, rc) != rows[i].v1[rc] - '0') {
				print_error("group %u, rc %u\n", rows[i].group, rc);
			}
			assert_int_equal(tug_smp_rc_to_v1(rows[i].group, rc), rows[i].v1[rc] - '0');
		}
		assert_int_equal(tug_smp_rc_to_v1(rows[i].group, 0xffff), 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),    cmocka_unit_test(test_flags),        cmocka_unit_test(test_complete),
		cmocka_unit_test(test_symbols), cmocka_unit_test(test_return_codes), cmocka_unit_test(test_v1_translation),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
