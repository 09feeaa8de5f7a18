CREATE TABLE `console_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`via` text NOT NULL,
	`token_id` text,
	`secret_hash` blob NOT NULL,
	`created_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	FOREIGN KEY (`token_id`) REFERENCES `api_tokens`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `sign_in_links` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`secret_hash` blob NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `certificates_ending_of_subject` ON `certificates` (`kind`,`subject_id`,`not_after`,`retires_at`,`revoked_at`,`pending_since`) WHERE revoked_at is null and pending_since is null;--> statement-breakpoint
CREATE INDEX `devices_by_state` ON `devices` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `devices_by_id` ON `devices` (`id`,`created_at`);