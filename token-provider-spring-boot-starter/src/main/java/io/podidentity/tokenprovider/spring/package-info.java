/** Auto-configuration of the token provider for Spring Boot. */
@NullMarked
package io.podidentity.tokenprovider.spring;

import org.jspecify.annotations.NullMarked;
