import { Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { ChangeRequestView, CommentView } from '../../application/ports/change-reader.js';
import type { ValidationView } from '../../application/ports/request-validations.js';
import { ActorType } from '../actor-type.js';
import type { Loaders } from '../loaders.js';
import { DateTimeScalar } from '../scalars/date-time.js';
import { ChangeRequestType } from './change-request-type.js';
import { CommentType, ForcedApplyType, RequestProgressType } from './review-types.js';

type Request = ChangeRequestView;

/** What a change request tells of its life beside its content. */
@Resolver(() => ChangeRequestType)
export class ReviewResolver {
  @ResolveField('effectiveAt', () => DateTimeScalar, {
    nullable: true,
    description: 'When it is to be applied, once approved; null: at once.',
  })
  effectiveAt(@Parent() request: Request): Date | null {
    return request.effectiveAt;
  }

  @ResolveField('dueAt', () => DateTimeScalar, {
    nullable: true,
    description: 'While SCHEDULED: its effective time, or the end of the freeze window that holds it.',
  })
  dueAt(@Parent() request: Request): Date | null {
    return request.dueAt;
  }

  @ResolveField('blockedBy', () => String, {
    nullable: true,
    description: 'The freeze window that holds it, where one does.',
  })
  blockedBy(@Parent() request: Request): string | null {
    return request.blockedBy;
  }

  @ResolveField('forced', () => ForcedApplyType, {
    nullable: true,
    description: 'It was applied by force: by whom, why, and what was skipped.',
  })
  forced(@Parent() request: Request): Request['forced'] {
    return request.forced;
  }

  @ResolveField('progress', () => RequestProgressType, {
    nullable: true,
    description:
      'Of a request that is, or was last, VALIDATING; null for one that was checked while its author waited.',
  })
  progress(@Parent() request: Request, @Context('loaders') loaders: Loaders): Promise<ValidationView | null> {
    return loaders.validation.load(request.id);
  }

  @ResolveField('editors', () => [ActorType], {
    description: 'Who edited it beside its author. They approve it no more than the author does.',
  })
  editors(@Parent() request: Request): Request['editors'] {
    return request.editors;
  }

  @ResolveField('comments', () => [CommentType])
  comments(@Parent() request: Request, @Context('loaders') loaders: Loaders): Promise<CommentView[]> {
    return loaders.comments.load(request.id);
  }

  @ResolveField('splitFrom', () => ChangeRequestType, {
    nullable: true,
    description: 'The request that its changes were split off by a partial rejection.',
  })
  splitFrom(@Parent() request: Request, @Context('loaders') loaders: Loaders): Promise<Request | null> {
    return request.splitFromId === null ? Promise.resolve(null) : loaders.request.load(request.splitFromId);
  }

  @ResolveField('splitOff', () => [ChangeRequestType], {
    description: 'Drafts of the changes that partial rejections split off.',
  })
  async splitOff(@Parent() request: Request, @Context('loaders') loaders: Loaders): Promise<Request[]> {
    const all = await loaders.descendants.load(request.id);
    return found(
      loaders,
      all.filter(({ splitFromId }) => splitFromId === request.id),
    );
  }

  @ResolveField('reverts', () => ChangeRequestType, {
    nullable: true,
    description: 'The applied request that it takes back.',
  })
  reverts(@Parent() request: Request, @Context('loaders') loaders: Loaders): Promise<Request | null> {
    return request.revertsId === null ? Promise.resolve(null) : loaders.request.load(request.revertsId);
  }

  @ResolveField('revertedBy', () => [ChangeRequestType], { description: 'Requests that take it back.' })
  async revertedBy(@Parent() request: Request, @Context('loaders') loaders: Loaders): Promise<Request[]> {
    const all = await loaders.descendants.load(request.id);
    return found(
      loaders,
      all.filter(({ revertsId }) => revertsId === request.id),
    );
  }
}

async function found(loaders: Loaders, descendants: readonly { id: string }[]): Promise<Request[]> {
  const requests = await Promise.all(descendants.map(({ id }) => loaders.request.load(id)));
  return requests.filter((each) => each !== null);
}
