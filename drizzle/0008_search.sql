DROP INDEX `certificates_revoked`;--> statement-breakpoint
CREATE INDEX `certificates_listed` ON `certificates` (`fingerprint`,`kind`,`not_before`,`not_after`,`pending_since`,`retires_at`,`revoked_at`,`revocation_reason`);--> statement-breakpoint
CREATE INDEX `certificates_revoked` ON `certificates` (`serial_number`,`not_after`,`revoked_at`,`revocation_reason`) WHERE revoked_at is not null;