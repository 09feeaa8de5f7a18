PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_certificates` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`fingerprint` text NOT NULL,
	`serial_number` text,
	`subject` text,
	`pem` text,
	`not_before` integer,
	`not_after` integer,
	`origin` text,
	`pending_since` integer,
	`created_at` integer NOT NULL,
	`first_seen_at` integer,
	`retires_at` integer,
	`revoked_at` integer,
	`idempotency_key` text,
	`revocation_reason` text
);
--> statement-breakpoint
INSERT INTO `__new_certificates`("id", "kind", "subject_id", "fingerprint", "serial_number", "pem", "not_before", "not_after", "created_at", "first_seen_at", "retires_at", "revoked_at", "idempotency_key", "revocation_reason") SELECT "id", "kind", "subject_id", "fingerprint", "serial_number", "pem", "not_before", "not_after", "created_at", "first_seen_at", "retires_at", "revoked_at", "idempotency_key", "revocation_reason" FROM `certificates` ORDER BY rowid;--> statement-breakpoint
DROP TABLE `certificates`;--> statement-breakpoint
ALTER TABLE `__new_certificates` RENAME TO `certificates`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `certificates_fingerprint_unique` ON `certificates` (`fingerprint`);--> statement-breakpoint
CREATE INDEX `certificates_by_subject` ON `certificates` (`kind`,`subject_id`);--> statement-breakpoint
CREATE INDEX `certificates_by_serial_number` ON `certificates` (`serial_number`);--> statement-breakpoint
CREATE INDEX `certificates_pending` ON `certificates` (`pending_since`) WHERE pending_since is not null and revoked_at is null;--> statement-breakpoint
CREATE INDEX `certificates_retiring` ON `certificates` (`retires_at`) WHERE retires_at is not null and revoked_at is null;