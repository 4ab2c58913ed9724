import type { policy as en } from '../en/policy.ts';

export const policy: Readonly<Record<keyof typeof en, string>> = {
  'policy.yes': '允许：规则“{rule}”允许此操作。',
  'policy.no': '不允许：由规则“{rule}”决定。{reason}',
  'policy.noMatch': '不允许：{rule}。{reason}',
  'policy.reason.tenant': '该租户不在文件所服务的租户之列。',
  'policy.reason.command': '此人在此处未获授予该命令。',
  'policy.reason.scope': '未授予问题中每一台虚拟机的权限。',
  'policy.reason.destination': '未授予该目标的权限。',
  'policy.reason.port': '未授予问题中每一个端口的权限。',
  'policy.reason.rate': '已达到限额。',
  'policy.toGrant': '如需授权，请管理员添加：{ids}。',
  'policy.neverGranted': '任何规则都不能授予此权限。',
  'policy.limits':
    '每分钟次数与同时进行数：每人 {personPerMinute} 与 {personInFlight}，每个频道 {channelPerMinute} 与 {channelInFlight}，每个订阅 {subscriptionPerMinute} 与 {subscriptionInFlight}。',
  'policy.question': '{what} · 目标 {destination}',
  'policy.placeUnknown': '此处不查询名称：请用 --subscription、--group 和 --tag 说明虚拟机的位置。',
  'policy.valid': '{file}：{rules, plural, =0 {没有规则} other {# 条规则}}，没有错误。',
  'policy.unreadable': '{file}：无法读取（{code}）。',
  'policy.tenantNeeded': '{file} 服务多个租户：请用 --tenant 指定其中一个。',
  'policy.usage': `用法：
  npm run --silent grants -- validate --file 文件
  npm run --silent grants -- explain --file 文件 --who ID --where ID --what "检查 从 app0 到 db0 端口 80"
    [--kind channel|personal|groupChat] [--team ID] [--tenant ID]     地点；未说明时为频道
    [--subscription ID] [--group 名称 ...] [--tag 名称=值 ...]          问题中虚拟机所在的位置
    [--in-vnet]                                                       地址或主机位于本环境的 VNet 中
    [--language en|zh]
退出码：0 允许，1 不允许，64 用法错误，65 文件错误。`,
};
