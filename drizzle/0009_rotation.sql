CREATE TABLE `expiry_notices` (
	`fingerprint` text PRIMARY KEY NOT NULL,
	`days` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `rotation_members` (
	`rotation_id` text NOT NULL,
	`device_id` text NOT NULL,
	`told_at` integer,
	PRIMARY KEY(`rotation_id`, `device_id`),
	FOREIGN KEY (`rotation_id`) REFERENCES `rotations`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `rotation_members_by_device` ON `rotation_members` (`device_id`);--> statement-breakpoint
CREATE TABLE `rotations` (
	`id` text PRIMARY KEY NOT NULL,
	`filter` text NOT NULL,
	`per_minute` integer NOT NULL,
	`deadline` integer,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`gathered_to` text
);
--> statement-breakpoint
CREATE INDEX `certificates_ending` ON `certificates` (`not_after`) WHERE revoked_at is null and pending_since is null;