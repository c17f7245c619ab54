/** An emulated Azure for tests of Spring Boot applications: start at {@code EmulatedAzure}. */
@NullMarked
package io.podidentity.tokenprovider.spring.test;

import org.jspecify.annotations.NullMarked;
