CREATE TABLE `incoming` (
	`sid` integer NOT NULL,
	`message_id` integer NOT NULL,
	`topic` text,
	`payload` blob,
	`more` text,
	PRIMARY KEY(`sid`, `message_id`)
);
--> statement-breakpoint
CREATE TABLE `queue` (
	`position` integer PRIMARY KEY NOT NULL,
	`topic` text NOT NULL,
	`payload` blob,
	`qos` integer NOT NULL,
	`retain` integer NOT NULL,
	`released` integer NOT NULL,
	`queued_at` integer NOT NULL,
	`more` text
);
--> statement-breakpoint
CREATE TABLE `retained` (
	`topic` text PRIMARY KEY NOT NULL,
	`payload` blob NOT NULL,
	`qos` integer NOT NULL,
	`more` text
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`sid` integer PRIMARY KEY NOT NULL,
	`client_id` text NOT NULL,
	`owner_kind` text,
	`owner_id` text,
	`disconnected_at` integer,
	`last_sent` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_client_id_unique` ON `sessions` (`client_id`);--> statement-breakpoint
CREATE INDEX `sessions_by_disconnection` ON `sessions` (`disconnected_at`);--> statement-breakpoint
CREATE TABLE `subscriptions` (
	`sid` integer NOT NULL,
	`topic_filter` text NOT NULL,
	`qos` integer NOT NULL,
	`more` text,
	PRIMARY KEY(`sid`, `topic_filter`)
);
--> statement-breakpoint
CREATE TABLE `wills` (
	`client_id` text PRIMARY KEY NOT NULL,
	`topic` text NOT NULL,
	`payload` blob,
	`qos` integer NOT NULL,
	`retain` integer NOT NULL,
	`fingerprint` text,
	`more` text
);
