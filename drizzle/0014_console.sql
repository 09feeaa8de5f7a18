CREATE INDEX `certificates_ending_of_subject` ON `certificates` (`kind`,`subject_id`,`not_after`,`retires_at`,`revoked_at`,`pending_since`) WHERE revoked_at is null and pending_since is null;--> statement-breakpoint
CREATE INDEX `devices_by_state` ON `devices` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `devices_by_id` ON `devices` (`id`,`created_at`);