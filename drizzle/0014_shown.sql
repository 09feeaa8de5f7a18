CREATE TABLE `shown_certificates` (
	`issuer` text NOT NULL,
	`serial_number` text NOT NULL,
	`not_after` integer NOT NULL,
	PRIMARY KEY(`issuer`, `serial_number`)
);
