CREATE TABLE `enrolment_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`secret_hash` blob NOT NULL,
	`device_id` text NOT NULL,
	`user_id` text,
	`policies` text NOT NULL,
	`profile` text NOT NULL,
	`approval` integer NOT NULL,
	`on_existing` text NOT NULL,
	`max_uses` integer NOT NULL,
	`uses` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE TABLE `enrolments` (
	`id` text PRIMARY KEY NOT NULL,
	`token_id` text NOT NULL,
	`device_id` text NOT NULL,
	`key_thumbprint` text NOT NULL,
	`request` text NOT NULL,
	`address` text NOT NULL,
	`state` text NOT NULL,
	`requested_at` integer NOT NULL,
	`decided_at` integer,
	`lapses_at` integer NOT NULL,
	FOREIGN KEY (`token_id`) REFERENCES `enrolment_tokens`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `enrolments_by_asker` ON `enrolments` (`token_id`,`device_id`,`key_thumbprint`);--> statement-breakpoint
CREATE INDEX `enrolments_by_lapse` ON `enrolments` (`lapses_at`);--> statement-breakpoint
ALTER TABLE `certificates` ADD `profile` text;--> statement-breakpoint
ALTER TABLE `certificates` ADD `validity_seconds` integer;