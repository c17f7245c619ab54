/**
 * Auto-configuration of the token provider for Spring Boot; start with
 * {@link io.podidentity.tokenprovider.spring.TokenProviderAutoConfiguration}.
 */
@NullMarked
package io.podidentity.tokenprovider.spring;

import org.jspecify.annotations.NullMarked;
