/* SPDX-License-Identifier: Apache-2.0
 *
 * Decides how a version is compared, read and written as text. Knows nothing of images or wires.
 * Anyone may call it, from any context.
 */
#include <tug/image.h>

static int cmp_u32(uint32_t a, uint32_t b)
{
	return a < b ? -1 : (a > b ? 1 : 0);
}

int tug_version_cmp(const struct tug_version *a, const struct tug_version *b, bool with_build)
{
	int r = cmp_u32(a->major, b->major);

	if (r == 0) {
		r = cmp_u32(a->minor, b->minor);
	}
	if (r == 0) {
		r = cmp_u32(a->revision, b->revision);
	}
	if (r == 0 && with_build) {
		r = cmp_u32(a->build, b->build);
	}
	return r;
}

/* One decimal number without leading zeros, at most `max`; advances *pos. */
static bool take_number(struct tug_slice s, size_t *pos, uint32_t max, uint32_t *out)
{
	size_t start = *pos;
	uint64_t v = 0;

	while (*pos < s.len && s.p[*pos] >= '0' && s.p[*pos] <= '9') {
		v = v * 10u + (uint64_t)(s.p[*pos] - '0');
		if (v > max) {
			return false;
		}
		(*pos)++;
	}
	if (*pos == start || (s.p[start] == '0' && *pos - start > 1)) {
		return false;
	}
	*out = (uint32_t)v;
	return true;
}

int tug_version_parse(struct tug_slice text, struct tug_version *out)
{
	static const uint32_t max[4] = { UINT8_MAX, UINT8_MAX, UINT16_MAX, UINT32_MAX };
	uint32_t part[4] = { 0, 0, 0, 0 };
	size_t pos = 0;

	for (size_t n = 0; n < 4; n++) {
		if (!take_number(text, &pos, max[n], &part[n])) {
			return TUG_EVERSTR;
		}
		if (pos == text.len) {
			out->major = (uint8_t)part[0];
			out->minor = (uint8_t)part[1];
			out->revision = (uint16_t)part[2];
			out->build = part[3];
			return TUG_OK;
		}
		/* '+' stands only before the build number; lists of the wire print '.' there too */
		if (text.p[pos] != '.' && !(text.p[pos] == '+' && n == 2)) {
			return TUG_EVERSTR;
		}
		pos++;
	}
	return TUG_EVERSTR;
}

static size_t put_number(char *out, uint32_t v)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + v % 10u);
		v /= 10u;
	} while (v > 0);
	for (size_t i = 0; i < n; i++) {
		out[i] = digits[n - 1 - i];
	}
	return n;
}

size_t tug_version_format(const struct tug_version *v, char sep, char out[TUG_VERSION_TEXT])
{
	size_t n = put_number(out, v->major);

	out[n++] = '.';
	n += put_number(out + n, v->minor);
	out[n++] = '.';
	n += put_number(out + n, v->revision);
	if (v->build != 0) {
		out[n++] = sep;
		n += put_number(out + n, v->build);
	}
	out[n] = '\0';
	return n;
}
