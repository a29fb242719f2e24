/* SPDX-License-Identifier: Apache-2.0
 *
 * Results as JSON for scripts: the keys are a contract. Gathers nothing. Called through the views.
 */
#include <string.h>

#include "format_priv.h"
#include "json_cbor_priv.h"

static void add_uint(cJSON *to, const char *key, uint64_t v)
{
	cJSON_AddItemToObject(to, key, tug_json_uint(v));
}

static void add_int(cJSON *to, const char *key, int64_t v)
{
	if (v >= 0) {
		add_uint(to, key, (uint64_t)v);
	} else {
		cJSON_AddNumberToObject(to, key, (double)v);
	}
}

static cJSON *slot_json(const struct tug_slot_state *s)
{
	cJSON *j = cJSON_CreateObject();
	char version[TUG_VERSION_TEXT];

	tug_slot_version(s, version);
	cJSON_AddNumberToObject(j, "image", s->image);
	cJSON_AddNumberToObject(j, "slot", s->slot);
	cJSON_AddStringToObject(j, "version", version);
	cJSON_AddItemToObject(j, "hash", tug_json_hex(tug_slice_of(s->hash, s->hash_len)));
	cJSON_AddBoolToObject(j, "bootable", s->bootable);
	cJSON_AddBoolToObject(j, "pending", s->pending);
	cJSON_AddBoolToObject(j, "confirmed", s->confirmed);
	cJSON_AddBoolToObject(j, "active", s->active);
	cJSON_AddBoolToObject(j, "permanent", s->permanent);
	return j;
}

cJSON *tug_json_images(const struct tug_dev_state *st)
{
	cJSON *list = cJSON_CreateArray();

	for (uint8_t i = 0; i < st->n; i++) {
		cJSON_AddItemToArray(list, slot_json(&st->slot[i]));
	}
	return list;
}

cJSON *tug_json_image_list(const void *data)
{
	cJSON *j = cJSON_CreateObject();

	cJSON_AddItemToObject(j, "images", tug_json_images(data));
	return j;
}

cJSON *tug_json_slots(const void *data)
{
	const struct tug_res_slots *r = data;
	cJSON *j = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(j, "slots");

	for (size_t i = 0; i < r->n; i++) {
		const struct tug_res_slot *s = &r->slot[i];
		cJSON *e = cJSON_CreateObject();

		add_uint(e, "image", s->image);
		add_uint(e, "slot", s->slot);
		if (s->size_ok) {
			add_uint(e, "size", s->size);
		} else {
			add_int(e, "rc", s->rc);
		}
		if (s->upload_ok) {
			add_uint(e, "upload_image_id", s->upload_image);
		}
		if (s->max_ok) {
			add_uint(e, "max_image_size", s->max_image);
		}
		cJSON_AddItemToArray(list, e);
	}
	return j;
}

cJSON *tug_json_text(const void *data)
{
	const struct tug_res_text *r = data;
	cJSON *j = cJSON_CreateObject();

	cJSON_AddItemToObject(j, r->key, tug_json_utf8(r->text));
	return j;
}

cJSON *tug_json_params(const void *data)
{
	const struct tug_res_params *r = data;
	cJSON *j = cJSON_CreateObject();

	add_uint(j, "buf_size", r->buf_size);
	add_uint(j, "buf_count", r->buf_count);
	return j;
}

cJSON *tug_json_boot(const void *data)
{
	const struct tug_res_boot *r = data;
	cJSON *j = cJSON_CreateObject();

	cJSON_AddItemToObject(j, "bootloader", tug_json_utf8(r->name));
	if (r->mode_ok) {
		add_int(j, "mode", r->mode);
		cJSON_AddStringToObject(j, "mode_name", tug_boot_mode_name(r->mode));
		cJSON_AddBoolToObject(j, "no_downgrade", r->no_downgrade);
	}
	return j;
}

cJSON *tug_json_tasks(const void *data)
{
	const struct tug_res_tasks *r = data;
	cJSON *j = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(j, "tasks");

	for (size_t i = 0; i < r->n; i++) {
		const struct tug_res_task *t = &r->task[i];
		cJSON *e = cJSON_CreateObject();
		char state[96];

		tug_state_bits(t->state, state, sizeof(state));
		cJSON_AddItemToObject(e, "name", tug_json_utf8(tug_slice_of(t->name, strlen(t->name))));
		add_int(e, "prio", t->prio);
		add_uint(e, "id", t->id);
		add_uint(e, "state", t->state);
		cJSON_AddStringToObject(e, "state_names", state);
		if (t->stack_ok) {
			add_uint(e, "stack_used", t->stack_used);
			add_uint(e, "stack_size", t->stack_size);
		}
		if (t->runtime_ok) {
			add_uint(e, "runtime", t->runtime);
		}
		cJSON_AddItemToArray(list, e);
	}
	return j;
}

cJSON *tug_json_pools(const void *data)
{
	const struct tug_res_pools *r = data;
	cJSON *j = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(j, "pools");

	for (size_t i = 0; i < r->n; i++) {
		const struct tug_res_pool *p = &r->pool[i];
		cJSON *e = cJSON_CreateObject();

		cJSON_AddItemToObject(e, "name", tug_json_utf8(tug_slice_of(p->name, strlen(p->name))));
		add_uint(e, "block_size", p->block);
		add_uint(e, "blocks", p->blocks);
		add_uint(e, "free", p->unused);
		add_uint(e, "min_free", p->min);
		cJSON_AddItemToArray(list, e);
	}
	return j;
}

cJSON *tug_json_done(const void *data)
{
	const struct tug_res_done *r = data;
	cJSON *j = cJSON_CreateObject();

	cJSON_AddStringToObject(j, "done", r->what);
	return j;
}

cJSON *tug_json_raw(const void *data)
{
	const struct tug_res_raw *r = data;
	cJSON *j;

	if (cJSON_IsObject(r->body)) {
		return r->body;
	}
	j = cJSON_CreateObject(); /* groups from 64 on may answer anything */
	cJSON_AddItemToObject(j, "body", r->body);
	return j;
}
