CREATE TABLE `claims` (
	`id` text PRIMARY KEY NOT NULL,
	`device_id` text NOT NULL,
	`secret_hash` blob NOT NULL,
	`wishes` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`device_id`) REFERENCES `devices`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `claims_device_id_unique` ON `claims` (`device_id`);