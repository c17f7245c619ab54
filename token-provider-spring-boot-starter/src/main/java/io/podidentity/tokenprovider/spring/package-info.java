/**
 * Auto-configuration of the token provider for Spring Boot; start reading at
 * {@link io.podidentity.tokenprovider.spring.TokenProviderAutoConfiguration}.
 */
@NullMarked
package io.podidentity.tokenprovider.spring;

import org.jspecify.annotations.NullMarked;
