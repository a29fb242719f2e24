/* SPDX-License-Identifier: Apache-2.0
 *
 * `tug explain` and `tug lint`: files into a diagnosis, its report out. Sends nothing. Called by main.c.
 */
#include "diag_files_priv.h"
#include "handlers_priv.h"

static bool any_blocking(const struct tug_report *r)
{
	return r->n_findings > 0 && r->findings[0].severity == TUG_SEV_BLOCKING;
}

static int diagnose(struct tug_cli *cli, enum tug_diag_scope scope)
{
	const struct tug_report *r = NULL;
	struct tug_diag *d;
	int status = TUG_EXIT_DONE;

	if (tug_diag_create(scope, &d) != TUG_OK) {
		return tug_local_error(cli, TUG_EINTERNAL, "out of memory");
	}
	for (size_t i = 0; i < cli->args->n_pos && status == TUG_EXIT_DONE; i++) {
		status = tug_diag_take(cli, d, cli->args->pos[i]);
	}
	if (status == TUG_EXIT_DONE) {
		status = tug_diag_show(cli, d, &r);
	}
	if (status == TUG_EXIT_DONE && (!r->recognised || (scope == TUG_DIAG_CONFIG && any_blocking(r)))) {
		status = TUG_EXIT_REFUSED;
	}
	tug_diag_free(d);
	return status;
}

int tug_cmd_explain(struct tug_cli *cli)
{
	return diagnose(cli, TUG_DIAG_ALL);
}

int tug_cmd_lint(struct tug_cli *cli)
{
	return diagnose(cli, TUG_DIAG_CONFIG);
}
