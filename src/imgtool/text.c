/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how sentences and growing octets are kept. Refuses to know what they say. Called by every
 * file of this folder; allocates.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "imgtool_priv.h"

int tug_why(char *why, int err, const char *fmt, ...)
{
	va_list ap;

	if (why != NULL) {
		va_start(ap, fmt);
		vsnprintf(why, TUG_WHY_CAP, fmt, ap);
		va_end(ap);
	}
	return err;
}

int tug_errno_code(int err)
{
	switch (err) {
	case EACCES:
	case EPERM:
	case EROFS:
		return TUG_EACCESS;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return TUG_EDISKFULL;
	default:
		return TUG_EFILE;
	}
}

void tug_octets_free(struct tug_octets *o)
{
	if (o->p != NULL) {
		OPENSSL_cleanse(o->p, o->len); /* it may have been a private key */
	}
	free(o->p);
	o->p = NULL;
	o->len = 0;
}

/* Room for `len` more octets and the terminator. */
static bool reserve(struct tug_text *t, size_t len)
{
	size_t cap = t->cap == 0 ? 256 : t->cap;

	if (t->failed || len > SIZE_MAX / 4 || t->o.len > SIZE_MAX / 4) {
		t->failed = true;
		return false;
	}
	if (t->cap == 0 && len >= cap) {
		cap = len + 1; /* the first piece is often the whole */
	}
	while (cap < t->o.len + len + 1) {
		cap *= 2;
	}
	if (cap > t->cap) {
		uint8_t *p = realloc(t->o.p, cap);

		if (p == NULL) {
			t->failed = true;
			return false;
		}
		t->o.p = p;
		t->cap = cap;
	}
	return true;
}

void tug_text_room(struct tug_text *t, size_t len)
{
	(void)reserve(t, len);
}

void tug_text_add(struct tug_text *t, const void *p, size_t len)
{
	if (reserve(t, len)) {
		if (len > 0) {
			memcpy(t->o.p + t->o.len, p, len);
		}
		t->o.len += len;
		t->o.p[t->o.len] = 0;
	}
}

void tug_text_fill(struct tug_text *t, uint8_t value, size_t len)
{
	if (reserve(t, len)) {
		memset(t->o.p + t->o.len, value, len);
		t->o.len += len;
		t->o.p[t->o.len] = 0;
	}
}

void tug_text_addf(struct tug_text *t, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || !reserve(t, (size_t)n)) {
		t->failed = true;
		return;
	}
	va_start(ap, fmt);
	vsnprintf((char *)t->o.p + t->o.len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	t->o.len += (size_t)n;
}

int tug_text_take(struct tug_text *t, struct tug_octets *out)
{
	if (!t->failed) {
		tug_text_add(t, NULL, 0); /* an empty text is a string too */
	}
	if (t->failed) {
		tug_octets_free(&t->o);
		return TUG_ENOSPACE;
	}
	*out = t->o;
	t->o.p = NULL;
	t->o.len = 0;
	t->cap = 0;
	return TUG_OK;
}
