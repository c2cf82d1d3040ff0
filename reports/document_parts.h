// document_parts.h: the sections of the document, each appended by its own function.
#ifndef WHYSLOW_REPORTS_DOCUMENT_PARTS_H
#define WHYSLOW_REPORTS_DOCUMENT_PARTS_H

struct document;

void document_summary(struct document *document);     // verdict, why, how sure, cost, next step, run card
void document_timeline(struct document *document);    // lanes and phases
void document_evidence(struct document *document);    // findings, each with its evidence
void document_loss(struct document *document);        // lost GPU-hours by cause
void document_health(struct document *document);      // disks
void document_ruled_out(struct document *document);   // what it was not
void document_quality(struct document *document);     // what is missing; clocks
void document_events(struct document *document);      // changes, anomalies, alerts, periods
void document_relations(struct document *document);   // correlations
void document_provenance(struct document *document);  // inputs, problems, rules, the command
void document_data(struct document *document);        // long tables for the spreadsheet

#endif
