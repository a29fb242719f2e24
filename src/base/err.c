/* SPDX-License-Identifier: Apache-2.0
 *
 * Names, texts and advice of the error table. Knows nothing that err.h does not say.
 * Anyone may call; a device that prints no errors does not link it.
 */
#include <tug/err.h>

const char *tug_strerror(int err)
{
	switch (err) {
	case TUG_OK:
		return "no error";
	case TUG_MORE:
		return "more input is needed";
#define CASE(num, name, text, advice) \
	case TUG_##name: \
		return text;
		TUG_ERR_MAP(CASE)
#undef CASE
	default:
		return "unknown error";
	}
}

const char *tug_err_advice(int err)
{
	switch (err) {
#define CASE(num, name, text, advice) \
	case TUG_##name: \
		return advice;
		TUG_ERR_MAP(CASE)
#undef CASE
	default:
		return "";
	}
}

const char *tug_err_name(int err)
{
	switch (err) {
	case TUG_OK:
		return "OK";
	case TUG_MORE:
		return "MORE";
#define CASE(num, name, text, advice) \
	case TUG_##name: \
		return #name;
		TUG_ERR_MAP(CASE)
#undef CASE
	default:
		return "unknown";
	}
}
