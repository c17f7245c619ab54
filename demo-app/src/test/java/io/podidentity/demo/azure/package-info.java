/** Stand-ins for the token sources and the storage account, in memory. */
@NullMarked
package io.podidentity.demo.azure;

import org.jspecify.annotations.NullMarked;
