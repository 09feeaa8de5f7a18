CREATE TABLE `distribution_points` (
	`url` text PRIMARY KEY NOT NULL,
	`named_until` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `revocation_lists` (
	`number` integer PRIMARY KEY NOT NULL,
	`this_update` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `certificates_revoked` ON `certificates` (`serial_number`) WHERE revoked_at is not null;