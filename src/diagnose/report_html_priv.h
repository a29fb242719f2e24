/* SPDX-License-Identifier: Apache-2.0
 *
 * The style sheet of the HTML report. For report_html*.c only.
 */
#ifndef TUG_DIAGNOSE_REPORT_HTML_PRIV_H
#define TUG_DIAGNOSE_REPORT_HTML_PRIV_H

/** CSS, plain text. */
extern const char tug_report_style[];

#endif
