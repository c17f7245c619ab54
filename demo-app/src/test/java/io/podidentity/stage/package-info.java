/**
 * What makes the demo a stage in {@code mvn spring-boot:test-run}: switches for the place where it seems to run and for
 * what is broken. It is outside the packages that the application scans, and in no jar.
 */
@NullMarked
package io.podidentity.stage;

import org.jspecify.annotations.NullMarked;
