CREATE TABLE `identity_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`secret_hash` blob NOT NULL,
	`replaces_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE INDEX `identity_tokens_by_subject` ON `identity_tokens` (`kind`,`subject_id`);--> statement-breakpoint
CREATE TABLE `legacy_credentials` (
	`device_id` text PRIMARY KEY NOT NULL,
	`user_name` text NOT NULL,
	`hash` text NOT NULL,
	`ends_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `legacy_credentials_user_name_unique` ON `legacy_credentials` (`user_name`);--> statement-breakpoint
CREATE INDEX `legacy_credentials_by_end` ON `legacy_credentials` (`ends_at`);