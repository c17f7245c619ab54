package io.podidentity.tokenprovider.spring;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether Redis clients sign in with tokens.
 *
 * @param enabled Whether the clients of spring.data.redis (Lettuce or Jedis) sign in with a token.
 * @param resource Resource of these tokens.
 */
record TokenRedis(
        @DefaultValue("false") boolean enabled,
        @DefaultValue("https://redis.azure.com") String resource) {}
