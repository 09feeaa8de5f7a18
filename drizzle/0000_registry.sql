CREATE TABLE `api_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`role` text NOT NULL,
	`secret_hash` blob NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE TABLE `certificates` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject_id` text NOT NULL,
	`fingerprint` text NOT NULL,
	`serial_number` text NOT NULL,
	`pem` text NOT NULL,
	`not_before` integer NOT NULL,
	`not_after` integer NOT NULL,
	`created_at` integer NOT NULL,
	`first_seen_at` integer,
	`retires_at` integer,
	`revoked_at` integer,
	`idempotency_key` text,
	`revocation_reason` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `certificates_fingerprint_unique` ON `certificates` (`fingerprint`);--> statement-breakpoint
CREATE UNIQUE INDEX `certificates_serial_number_unique` ON `certificates` (`serial_number`);--> statement-breakpoint
CREATE INDEX `certificates_by_subject` ON `certificates` (`kind`,`subject_id`);--> statement-breakpoint
CREATE INDEX `certificates_retiring` ON `certificates` (`retires_at`) WHERE retires_at is not null and revoked_at is null;--> statement-breakpoint
CREATE TABLE `device_client_ids` (
	`client_id` text PRIMARY KEY NOT NULL,
	`device_id` text NOT NULL,
	`position` integer NOT NULL,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `device_client_ids_by_device` ON `device_client_ids` (`device_id`,`position`);--> statement-breakpoint
CREATE TABLE `device_policies` (
	`device_id` text NOT NULL,
	`position` integer NOT NULL,
	`policy` text NOT NULL,
	PRIMARY KEY(`device_id`, `position`),
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `device_policies_by_policy` ON `device_policies` (`policy`);--> statement-breakpoint
CREATE TABLE `devices` (
	`id` text PRIMARY KEY NOT NULL,
	`folded_id` text NOT NULL,
	`user_id` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `devices_folded_id_unique` ON `devices` (`folded_id`);--> statement-breakpoint
CREATE INDEX `devices_by_user` ON `devices` (`user_id`,`id`);--> statement-breakpoint
CREATE TABLE `policies` (
	`name` text PRIMARY KEY NOT NULL,
	`rules` text NOT NULL,
	`client_id` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `service_policies` (
	`service` text NOT NULL,
	`position` integer NOT NULL,
	`policy` text NOT NULL,
	PRIMARY KEY(`service`, `position`),
	FOREIGN KEY (`service`) REFERENCES `services`(`name`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `service_policies_by_policy` ON `service_policies` (`policy`);--> statement-breakpoint
CREATE TABLE `services` (
	`name` text PRIMARY KEY NOT NULL,
	`folded_name` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `services_folded_name_unique` ON `services` (`folded_name`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`folded_id` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_folded_id_unique` ON `users` (`folded_id`);