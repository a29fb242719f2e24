/* SPDX-License-Identifier: Apache-2.0
 *
 * Did the device say yes? Reads the error envelope of a response by its content, whatever the version in the header.
 * Does not know which command was asked. For client, decoder and tests.
 */
#include "smp_priv.h"

#include <tug/smp.h>

enum { ENV_ERR, ENV_RET, ENV_RC, ENV_RSN, ENV_N };

/* The types are looked at below: "ret" is an integer in the shell's answers, and any key may be an application's. */
static const struct tug_field envelope_fields[ENV_N] = {
	[ENV_ERR] = { .key = "err", .type = TUG_T_ANY },
	[ENV_RET] = { .key = "ret", .type = TUG_T_ANY },
	[ENV_RC] = { .key = "rc", .type = TUG_T_INT },
	[ENV_RSN] = { .key = "rsn", .type = TUG_T_TSTR, .flags = TUG_F_SOFT },
};
static const struct tug_map envelope = { envelope_fields, ENV_N };

enum { ERR_GROUP, ERR_RC, ERR_N };

static const struct tug_field err_fields[ERR_N] = {
	[ERR_GROUP] = { .key = "group", .type = TUG_T_UINT },
	[ERR_RC] = { .key = "rc", .type = TUG_T_INT, .flags = TUG_F_REQUIRED },
};
static const struct tug_map err_map = { err_fields, ERR_N };

/* Codes are small; what is not is kept apart from zero and from each other's sign. */
static int32_t to_rc(int64_t v)
{
	if (v > INT32_MAX) {
		return INT32_MAX;
	}
	return v < INT32_MIN ? INT32_MIN : (int32_t)v;
}

static int read_err(struct tug_slice item, uint16_t group, struct tug_smp_status *st)
{
	struct tug_value v[ERR_N];
	int r = tug_map_decode(item, &err_map, v);
	if (r < 0) {
		return r;
	}
	r = tug_map_require(&err_map, v);
	if (r < 0) {
		return r;
	}
	if (v[ERR_GROUP].present && v[ERR_GROUP].v.u > UINT16_MAX) {
		return TUG_ERANGE;
	}
	st->group = v[ERR_GROUP].present ? (uint16_t)v[ERR_GROUP].v.u : group;
	st->rc = to_rc(v[ERR_RC].v.i);
	st->failed = st->rc != 0;
	return TUG_OK;
}

int tug_smp_status_read(struct tug_slice body, uint16_t group, struct tug_smp_status *st)
{
	struct tug_value v[ENV_N];

	*st = (struct tug_smp_status){ .group = group };
	int r = tug_map_decode(body, &envelope, v);
	if (r < 0) {
		return r;
	}
	st->rsn = v[ENV_RSN].present ? v[ENV_RSN].v.s : tug_slice_of(NULL, 0);
	for (int i = ENV_ERR; i <= ENV_RET; i++) {
		if (v[i].present && tug_cbor_major_of(v[i].v.s) == TUG_CBOR_MAP) {
			r = read_err(v[i].v.s, group, st);
			if (r < 0 || st->failed) {
				return r;
			}
		}
	}
	/* An err map that says 0 does not excuse an rc that says otherwise. */
	if (v[ENV_RC].present) {
		st->legacy = true;
		st->group = group;
		st->rc = to_rc(v[ENV_RC].v.i);
		st->failed = st->rc != 0;
	}
	return TUG_OK;
}
