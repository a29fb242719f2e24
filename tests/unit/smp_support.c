/* SPDX-License-Identifier: Apache-2.0
 *
 * See smp_support.h.
 */
#define _POSIX_C_SOURCE 200809L
#include "smp_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

void *vec_open(const char *name)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/tests/vectors/%s", TUG_SOURCE_DIR, name);
	FILE *f = fopen(path, "r");
	if (f == NULL) {
		perror(path);
	}
	assert_non_null(f);
	return f;
}

static void vec_clear(struct vec *v)
{
	for (size_t i = 0; i < v->n; i++) {
		free(v->line[i].key);
		free(v->line[i].value);
	}
	v->n = 0;
}

bool vec_next(void *file, struct vec *v)
{
	static char text[65536];
	FILE *f = file;

	vec_clear(v);
	while (fgets(text, sizeof(text), f) != NULL) {
		text[strcspn(text, "\n")] = '\0';
		if (text[0] == '#' || text[0] == '\0') {
			if (text[0] == '\0' && v->n > 0) {
				return true;
			}
			continue;
		}
		char *colon = strstr(text, ": ");
		assert_non_null(colon);
		assert_true(v->n < sizeof(v->line) / sizeof(v->line[0]));
		*colon = '\0';
		v->line[v->n].key = strdup(text);
		v->line[v->n].value = strdup(colon + 2);
		v->n++;
	}
	if (v->n > 0) {
		return true;
	}
	fclose(f);
	return false;
}

const char *vec_get(const struct vec *v, const char *key, size_t nth)
{
	for (size_t i = 0; i < v->n; i++) {
		if (strcmp(v->line[i].key, key) == 0 && nth-- == 0) {
			return v->line[i].value;
		}
	}
	return NULL;
}

struct octets vec_hex(const struct vec *v, const char *key)
{
	const char *hex = vec_get(v, key, 0);
	assert_non_null(hex);
	struct octets o = { malloc(strlen(hex) / 2 + 1), 0 };
	struct tug_buf b = tug_buf_of(o.p, strlen(hex) / 2);
	assert_int_equal(tug_hex_decode(tug_slice_of(hex, strlen(hex)), &b), TUG_OK);
	o = octets_of(b.p, b.len);
	free(b.p);
	return o;
}

struct octets octets_of(const void *p, size_t len)
{
	struct octets o = { malloc(len > 0 ? len : 1), len };
	assert_non_null(o.p);
	if (len > 0) {
		memcpy(o.p, p, len);
	}
	return o;
}

struct tug_slice octets_slice(const struct octets *o)
{
	return tug_slice_of(o->p, o->len);
}

void octets_free(struct octets *o)
{
	free(o->p);
	o->p = NULL;
	o->len = 0;
}

uint64_t rng_seed(void)
{
	const char *text = getenv("TUG_SEED");
	uint64_t seed = text != NULL ? strtoull(text, NULL, 0) : (uint64_t)time(NULL) * 2654435761u ^ (uint64_t)clock();
	printf("replay with TUG_SEED=%llu\n", (unsigned long long)seed);
	return seed != 0 ? seed : 1;
}

uint64_t rng_next(uint64_t *state)
{
	uint64_t x = *state;
	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	*state = x;
	return x * 0x2545F4914F6CDD1Dull;
}

size_t rng_below(uint64_t *state, size_t n)
{
	return (size_t)(rng_next(state) >> 16) % n;
}

static bool value_equal(const struct tug_value *a, const struct tug_value *b)
{
	if (a->present != b->present || a->type != b->type) {
		return false;
	}
	if (!a->present) {
		return true;
	}
	switch ((enum tug_type)a->type) {
	case TUG_T_UINT:
		return a->v.u == b->v.u;
	case TUG_T_INT:
		return a->v.i == b->v.i;
	case TUG_T_BOOL:
		return a->v.b == b->v.b;
	default:
		return tug_slice_eq(a->v.s, b->v.s);
	}
}

bool values_equal(const struct tug_map *m, const struct tug_value *a, const struct tug_value *b)
{
	for (size_t i = 0; i < m->n; i++) {
		if (!value_equal(&a[i], &b[i])) {
			printf("field \"%s\" differs\n", m->f[i].key);
			return false;
		}
	}
	return true;
}

struct octets must_reencode(const struct tug_map *m, const struct tug_value *vals)
{
	static uint8_t store[65536];
	struct tug_buf b = tug_buf_of(store, sizeof(store));
	struct tug_value again[TUG_MAP_FIELDS];
	struct tug_enc e;

	tug_enc_init(&e, &b);
	tug_map_encode(&e, m, vals);
	assert_int_equal(tug_enc_finish(&e), TUG_OK);
	struct octets o = octets_of(b.p, b.len);
	assert_int_equal(tug_map_decode(octets_slice(&o), m, again), TUG_OK);
	assert_true(values_equal(m, vals, again));
	return o;
}
