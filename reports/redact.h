// redact.h: host names, users, serial numbers, addresses and directories replaced, the same by the same everywhere.
//
// "node07" becomes "host1", a serial number "disk-serial-1", a UUID "gpu-uuid-1", a path its file name. What stands
// for what is nowhere printed. Names of devices (sda, gpu0), models and all numbers stay.
#ifndef WHYSLOW_REPORTS_REDACT_H
#define WHYSLOW_REPORTS_REDACT_H

struct diagnosis;
struct recording;
struct redactor;

// Collects what has to be hidden from everything the logs say of themselves. The recording must outlive the redactor.
struct redactor *redactor_new(const struct recording *recording);
void redactor_free(struct redactor *redactor);  // NULL allowed

// The text with everything known, and whatever looks like a path, an address, a UUID of a GPU or user@host, replaced.
// Owned by the redactor; NULL gives NULL.
const char *redact_text(struct redactor *redactor, const char *text);

// Copies in which all strings are redacted; they share the numbers of the original, which must outlive them. Owned by
// the redactor. The diagnosis must be of the redactor's recording.
const struct recording *redact_recording(struct redactor *redactor);
const struct diagnosis *redact_diagnosis(struct redactor *redactor, const struct diagnosis *diagnosis);

#endif
