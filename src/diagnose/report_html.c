/* SPDX-License-Identifier: Apache-2.0
 *
 * A report as one HTML file.
 */
#include "report_priv.h"

char *tug_report_html(const struct tug_report *r)
{
	struct tug_dg_out o = { 0 };

	(void)r;
	return tug_dg_out_take(&o);
}
