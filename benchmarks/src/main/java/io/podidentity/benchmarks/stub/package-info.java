/** A metadata service and an Azure CLI that answer as told, and count. */
@NullMarked
package io.podidentity.benchmarks.stub;

import org.jspecify.annotations.NullMarked;
