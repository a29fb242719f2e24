/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how annotated hex text becomes octets: '#' comments, "name: value" lines, hex, "repeat COUNT HEX".
 * Refuses anything else, loudly. Called by image tests; allocates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <tug/port/crypto_openssl.h>

#include "image_vec.h"

#define CAP 65536u

const char *const image_vec_names[] = {
	"hash", "sha384", "sha512", "ed", "ed512", "edpure", "rsa2048", "rsa3072", "p256", "p256pad", "p256full",
	"p384", "secauto", "prot", "flags", "rom", "encclear", "pad", "pad-confirm", "pad-confirm16",
	"pad-confirm32", "pad-confirm-r0", NULL,
};

struct loader {
	struct image_vec *v;
	size_t want_len;
	char want_sha[65];
};

static enum tug_sig_alg sig_of(const char *s)
{
	static const char *const names[] = { "none", "rsa2048", "rsa3072", "p256", "p384", "ed25519" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(s, names[i]) == 0) {
			return (enum tug_sig_alg)i;
		}
	}
	fail_msg("unknown scheme %s", s);
	return TUG_SIG_NONE;
}

static void field(struct loader *l, const char *name, const char *value)
{
	struct image_vec *v = l->v;

	if (strcmp(name, "sig") == 0) {
		v->sig = sig_of(value);
	} else if (strcmp(name, "hash") == 0) {
		v->hash = strcmp(value, "sha256") == 0 ? TUG_SHA256 :
			  strcmp(value, "sha384") == 0 ? TUG_SHA384 : TUG_SHA512;
	} else if (strcmp(name, "key") == 0) {
		snprintf(v->key, sizeof(v->key), "%s", value);
	} else if (strcmp(name, "pure") == 0) {
		v->pure = true;
	} else if (strcmp(name, "encrypted") == 0) {
		v->encrypted = true;
	} else if (strcmp(name, "align") == 0) {
		v->align = (uint8_t)strtoul(value, NULL, 10);
	} else if (strcmp(name, "erased") == 0) {
		v->erased = (uint8_t)strtoul(value, NULL, 16);
	} else if (strcmp(name, "len") == 0) {
		l->want_len = strtoul(value, NULL, 10);
	} else if (strcmp(name, "sha256") == 0) {
		snprintf(l->want_sha, sizeof(l->want_sha), "%s", value);
	} else if (strcmp(name, "imagekey") == 0) {
		struct tug_buf b = tug_buf_of(v->image_key, sizeof(v->image_key));

		assert_int_equal(tug_hex_decode(tug_slice_of(value, strlen(value)), &b), TUG_OK);
		v->image_key_len = (uint8_t)b.len;
	} else {
		fail_msg("%s: unknown field %s", v->name, name);
	}
}

static void hex_line(struct image_vec *v, const char *s)
{
	while (*s != '\0') {
		unsigned byte = 0;
		int used = 0;

		if (*s == ' ') {
			s++;
			continue;
		}
		if (sscanf(s, "%2x%n", &byte, &used) != 1 || used != 2 || v->len >= CAP) {
			fail_msg("%s: bad hex at '%s'", v->name, s);
		}
		v->data[v->len++] = (uint8_t)byte;
		s += 2;
	}
}

static void line(struct loader *l, char *text)
{
	char *colon;
	unsigned count, byte;

	text[strcspn(text, "#\n")] = '\0';
	colon = strstr(text, ": ");
	if (colon != NULL) {
		*colon = '\0';
		field(l, text, colon + 2);
	} else if (sscanf(text, "repeat %u %x", &count, &byte) == 2) {
		assert_true(l->v->len + count <= CAP);
		memset(l->v->data + l->v->len, (int)byte, count);
		l->v->len += count;
	} else {
		hex_line(l->v, text);
	}
}

static void check_digest(const struct loader *l)
{
	struct tug_hash_ctx h;
	uint8_t is[TUG_HASH_MAX];
	char text[65];

	assert_int_equal(tug_crypto_openssl.hash_init(&h, TUG_SHA256), TUG_OK);
	assert_int_equal(tug_crypto_openssl.hash_update(&h, l->v->data, l->v->len), TUG_OK);
	assert_int_equal(tug_crypto_openssl.hash_final(&h, is), TUG_OK);
	for (size_t i = 0; i < 32; i++) {
		snprintf(text + 2 * i, 3, "%02x", is[i]);
	}
	assert_string_equal(text, l->want_sha);
	assert_int_equal(l->v->len, l->want_len);
}

void image_vec_load(struct image_vec *v, const char *name)
{
	struct loader l = { .v = v };
	char path[512];
	char text[512];

	memset(v, 0, sizeof(*v));
	v->name = name;
	v->erased = 0xff;
	v->data = malloc(CAP);
	assert_non_null(v->data);
	snprintf(path, sizeof(path), "%s/tests/vectors/image-%s.txt", TUG_SOURCE_DIR, name);
	FILE *f = fopen(path, "r");
	if (f == NULL) {
		fail_msg("cannot open %s", path);
	}
	while (fgets(text, sizeof(text), f) != NULL) {
		line(&l, text);
	}
	fclose(f);
	uint8_t *exact = realloc(v->data, v->len);
	assert_non_null(exact);
	v->data = exact;
	check_digest(&l);
}

void image_vec_free(struct image_vec *v)
{
	free(v->data);
	v->data = NULL;
}
