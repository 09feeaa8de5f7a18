CREATE TABLE `authorities` (
	`fingerprint` text PRIMARY KEY NOT NULL,
	`certificate` text NOT NULL,
	`created_at` integer NOT NULL,
	`retired_at` integer
);
--> statement-breakpoint
CREATE TABLE `foreign_authorities` (
	`fingerprint` text PRIMARY KEY NOT NULL,
	`certificate` text NOT NULL,
	`registration` text NOT NULL,
	`owner` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
DROP INDEX `certificates_revoked`;--> statement-breakpoint
ALTER TABLE `certificates` ADD `issuer` text;--> statement-breakpoint
CREATE INDEX `certificates_revoked` ON `certificates` (`serial_number`,`issuer`,`not_after`,`revoked_at`,`revocation_reason`) WHERE revoked_at is not null;--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_revocation_lists` (
	`issuer` text PRIMARY KEY NOT NULL,
	`number` integer NOT NULL,
	`this_update` integer NOT NULL,
	`next_update` integer,
	`made_at` integer,
	`complete` blob,
	`for_distribution_points` blob
);
--> statement-breakpoint
INSERT INTO `__new_revocation_lists`("issuer", "number", "this_update") SELECT '', "number", "this_update" FROM `revocation_lists`;--> statement-breakpoint
DROP TABLE `revocation_lists`;--> statement-breakpoint
ALTER TABLE `__new_revocation_lists` RENAME TO `revocation_lists`;--> statement-breakpoint
PRAGMA foreign_keys=ON;