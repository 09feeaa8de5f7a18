CREATE TABLE `audit_entries` (
	`number` integer PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`role` text,
	`action` text NOT NULL,
	`object` text NOT NULL,
	`surface` text NOT NULL,
	`address` text NOT NULL,
	`result` text NOT NULL,
	`request_id` text,
	`previous_hash` text NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `audit_entries_by_time` ON `audit_entries` (`at`);--> statement-breakpoint
CREATE TRIGGER `audit_entries_are_final` BEFORE UPDATE ON `audit_entries` BEGIN SELECT raise(ABORT, 'an audit entry is never changed'); END;
